/** A step of a pipeline. Promtail and Alloy have all of them, and mean the same by them. */
export type Stage =
  /** Named groups of a regular expression (RE2), from the line. */
  | { readonly type: "regex"; readonly expression: string }
  /** Values of a JSON object, by JMESPath. */
  | { readonly type: "json"; readonly expressions: Readonly<Record<string, string>> }
  /** Values of logfmt, by their keys. */
  | { readonly type: "logfmt"; readonly keys: readonly string[] }
  /** Sets an extracted value by Go's templates; what comes out empty is removed. */
  | { readonly type: "template"; readonly source: string; readonly template: string }
  /** The line's own time, from the extracted value `time`, in the first layout that fits. */
  | { readonly type: "timestamp"; readonly layouts: readonly string[] }
  /** Makes labels of extracted values. */
  | { readonly type: "labels"; readonly names: readonly string[] }
  /** Joins lines to the one before that matches. */
  | { readonly type: "multiline"; readonly firstLine: string }
  /** Replaces in the line what the groups of a regular expression (RE2) match, wherever it does. */
  | { readonly type: "replace"; readonly expression: string; readonly replacement: string }
  /** The line becomes an extracted value. */
  | { readonly type: "output"; readonly source: string }
  /** Counts lines that have an extracted value. */
  | {
      readonly type: "count";
      readonly name: string;
      readonly prefix: string;
      readonly source: string;
      readonly description: string;
    }
  | { readonly type: "label_drop"; readonly names: readonly string[] }
  /** What is done with lines that a LogQL selector matches. */
  | { readonly type: "match"; readonly selector: string; readonly stages: readonly Stage[] }
  /** Leaves out lines that a LogQL selector matches. */
  | { readonly type: "drop"; readonly selector: string; readonly reason: string };

/** The label that tells the parser of a line, until it is parsed. */
export const PARSER_LABEL = "parser";
