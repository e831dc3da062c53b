/** Processor architectures, by the names that Go and Debian use. */
export enum Architecture {
  /** 64-bit x86. */
  AMD64 = "amd64",
  /** 64-bit ARM. */
  ARM64 = "arm64",
}
