/** The package exports types only to ES modules, so this CommonJS project declares the types itself. */
declare module "@prometheus-io/lezer-promql" {
  import type { LRParser } from "@lezer/lr";

  export const parser: LRParser;
}
