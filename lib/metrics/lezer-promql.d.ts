/** The package has code for ES modules and CommonJS, but only the types for ES modules, which we cannot import. */
declare module "@prometheus-io/lezer-promql" {
  import type { LRParser } from "@lezer/lr";

  export const parser: LRParser;
}
