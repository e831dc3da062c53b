/** An expression of a Go template that yields a text. */
export type Expression = string;

/** Returns a text as a string literal of Go. */
export const quoted = (text: string): Expression => JSON.stringify(text);

/** Replaces each match of the regular expression `pattern` (RE2) in the value of an expression. */
export function replaced(expression: Expression, pattern: string, replacement: string): Expression {
  return `${expression} | reReplaceAll ${quoted(pattern)} ${quoted(replacement)}`;
}

/** Joins lines and cuts the text after `length` characters. The maximum of `length` is 1000, RE2's repetition limit. */
export function singleLine(expression: Expression, length: number): Expression {
  return replaced(replaced(expression, String.raw`\s+`, " "), `^(.{${length}}).+$`, "${1}…");
}

/** Defines a named template. White space in `body` is significant. */
export const defineTemplate = (name: string, body: string): string => `{{ define ${quoted(name)} }}${body}{{ end }}\n`;

/** Outputs the result of a named template for `data`. */
export const callTemplate = (name: string, data: Expression = "."): string => `{{ template ${quoted(name)} ${data} }}`;
