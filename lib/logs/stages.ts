/** A stage of a pipeline that Promtail and Alloy both have, with the same meaning. */
export type Stage =
  /** Extracts the named groups of a regular expression (RE2) from the line. */
  | { readonly type: "regex"; readonly expression: string }
  /** Extracts values of a JSON object with JMESPath. */
  | { readonly type: "json"; readonly expressions: Readonly<Record<string, string>> }
  /** Sets an extracted value with a Go template, and removes the value if the result is empty. */
  | { readonly type: "template"; readonly source: string; readonly template: string }
  /** Sets the timestamp from the extracted value `time`, in the first layout that matches. */
  | { readonly type: "timestamp"; readonly layouts: readonly string[] }
  /** Turns extracted values into labels. */
  | { readonly type: "labels"; readonly names: readonly string[] }
  /** Joins lines to the preceding line that matches `firstLine`. */
  | { readonly type: "multiline"; readonly firstLine: string }
  /** Replaces each match of the groups of a regular expression (RE2) in the line. */
  | { readonly type: "replace"; readonly expression: string; readonly replacement: string }
  /** Replaces the line with an extracted value. */
  | { readonly type: "output"; readonly source: string }
  /** Counts the lines that have an extracted value. */
  | {
      readonly type: "count";
      readonly name: string;
      readonly prefix: string;
      readonly source: string;
      readonly description: string;
    }
  /** Removes labels. */
  | { readonly type: "label_drop"; readonly names: readonly string[] }
  /** Applies stages to the lines that a LogQL selector matches. */
  | { readonly type: "match"; readonly selector: string; readonly stages: readonly Stage[] }
  /** Drops the lines that a LogQL selector matches. */
  | { readonly type: "drop"; readonly selector: string; readonly reason: string };

/** Label with the parser of a line. The pipeline removes it. */
export const PARSER_LABEL = "parser";
