/** Returns a message with the position of a syntax error, counted from 1, and the text around it. */
export function syntaxError(expression: string, position: number): string {
  if (expression.trim() === "") return "the expression is empty";
  const rest = expression.slice(position).trim();
  if (rest === "") return `the expression ends too early, after "${excerpt(expression.trimEnd().slice(-EXCERPT))}"`;
  return `the expression does not parse at character ${position + 1}, near "${excerpt(expression.slice(Math.max(0, position - EXCERPT / 2)))}"`;
}

/** Returns the text of a string literal in PromQL or LogQL. */
export function unquoted(literal: string): string {
  const inner = literal.slice(1, -1);
  return literal.startsWith("`") ? inner : inner.replace(/\\(.)/g, "$1");
}

const EXCERPT = 40;

function excerpt(text: string): string {
  return text.slice(0, EXCERPT).replace(/\s+/g, " ").trim();
}
