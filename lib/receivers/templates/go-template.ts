/** An expression of Go's templates that yields a text. */
export type Expression = string;

/** A text as a literal of Go's. */
export const quoted = (text: string): Expression => JSON.stringify(text);

/** What `expression` yields with each match of a regular expression (RE2) replaced. */
export function replaced(expression: Expression, pattern: string, replacement: string): Expression {
  return `${expression} | reReplaceAll ${quoted(pattern)} ${quoted(replacement)}`;
}

/** What `expression` yields as one line of at most `length` characters (less than 1000, for RE2 repeats no more). */
export function singleLine(expression: Expression, length: number): Expression {
  return replaced(replaced(expression, String.raw`\s+`, " "), `^(.{${length}}).+$`, "${1}…");
}

/** A template that others use by its name. What is in `body` is kept as it is, to the last space. */
export const defineTemplate = (name: string, body: string): string => `{{ define ${quoted(name)} }}${body}{{ end }}\n`;

/** Puts in what another template makes of `data`. */
export const callTemplate = (name: string, data: Expression = "."): string => `{{ template ${quoted(name)} ${data} }}`;
