/** Versions of CDK Terrain with which the package is tested. */
export const VERSIONS = {
  "@cdktn/provider-aws": "25.7.0",
  cdktn: "0.24.0",
  "cdktn-cli": "0.24.0",
  constructs: "10.7.2",
} as const;

/**
 * The wheel of the bindings of the null provider. Not every npm mirror has the package `@cdktn/provider-null`, and the wheel on PyPI
 * contains it.
 */
export const NULL_WHEEL = {
  version: "15.0.2",
  sha256: "95342e83906e69a346db07527e877f0da65b39dfb44cec6762aa7ee875bd4f57",
} as const;

/** Ranges of the peer dependencies of `cdktn-monitoring`: all versions that want cdktn 0.24, which excludes constructs 10.8. */
export const PEERS = {
  "@cdktn/provider-aws": "^25.5.0",
  "@cdktn/provider-null": "^15.0.0",
  cdktn: "^0.24.0",
  constructs: ">=10.6.0 <10.8.0",
} as const;

/** The range of Node.js versions on which cdktn-cli 0.24 runs. */
export const NODE = ">=22.19.0";
