/**
 * A CPU architecture, with the name that Go and Debian use.
 *
 * @example
 * new ExistingServer(this, "db-server", { address: "203.0.113.7", architecture: Architecture.ARM64 });
 */
export enum Architecture {
  /** 64-bit x86. */
  AMD64 = "amd64",
  /** 64-bit ARM. */
  ARM64 = "arm64",
}
