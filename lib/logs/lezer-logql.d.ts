/** The package's own types are those of an ES module, which a CommonJS one may not import; its code is both. */
declare module "@grafana/lezer-logql" {
  import type { LRParser } from "@lezer/lr";

  export const parser: LRParser;
}
