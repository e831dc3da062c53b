declare module "snappyjs" {
  /** Compresses a block in the raw format. */
  export function compress(content: Uint8Array): Uint8Array;
}
