/**
 * Grafana's variables in queries. Grafana replaces a variable with text of any kind before it sends a query: a number, a
 * duration, a label, a whole expression. Queries are parsed at synthesis, when the values are not known, so each
 * variable is replaced with a placeholder of a kind that parses at its position.
 */

/** Placeholder for a name, or for a part of one. No metric and no label contains it. */
const NAME = "__grafana_variable__";

/** Forms of a variable: `$name`, `${name}`, `${name:format}`, `${name.field}` and `[[name]]`. */
const VARIABLE = /\$(\w+)|\$\{(\w+)(?:\.[^:}]+)?(?::[^}]+)?\}|\[\[(\w+)(?::\w+)?\]\]/;

/** A string, a comment, a bracket or a variable: the tokens that decide what a variable outside of strings means. */
const TOKEN = new RegExp(
  String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|${"`[^`]*`"}|#.*|${VARIABLE.source}|\[|\]`,
  "g",
);

/** Placeholders in the order in which they are tried. */
const CANDIDATES = ["1", NAME, "sum", `by (${NAME})`, `${NAME}="x"`, "+", "5m", '"x"', `{${NAME}="x"}`, ""];
/** Placeholders for a variable that is a part of a word. */
const PARTS = [NAME, "5", "max", ""];
const PARTS_OF_NUMBERS = ["5", "m", NAME, ""];

/** A query whose variables outside of strings are replaced with placeholders. */
export interface Substituted {
  /** The query with placeholders. */
  readonly text: string;
  /** Syntax error of the query; undefined if it parses. */
  readonly error?: SubstitutionError;
}

/** Syntax error of a query with placeholders. */
export interface SubstitutionError {
  /** Position of the error in the query with variables. */
  readonly position: number;
  /** Whether the query is possibly correct, because the error is at a variable that can contain any text. */
  readonly uncertain: boolean;
}

/** Whether a text contains a variable. */
export function hasVariable(text: string): boolean {
  return VARIABLE.test(text);
}

/** Whether a name contains a variable or a placeholder, so that only a part of it is known. */
export function isPlaceholder(name: string): boolean {
  return name.includes(NAME) || hasVariable(name);
}

/** Returns a text for messages, with an ellipsis for each placeholder. */
export function readable(text: string): string {
  return text.replaceAll(`${NAME}="x"`, "…").replaceAll(NAME, "…");
}

/**
 * Returns a regular expression that matches every name that the placeholders and variables in a name can form.
 *
 * @param literal returns the regular expression for the known parts of the name
 */
export function placeholderPattern(name: string, literal: (part: string) => string): string {
  const parts = name.split(new RegExp(`${NAME}|${VARIABLE.source.replace(/\((?=\\w)/g, "(?:")}`));
  return parts.map(literal).join(".*");
}

/**
 * Replaces the variables of a query outside of strings with placeholders, so that the query parses. From left to
 * right, each variable gets the placeholder after which the parser continues farthest.
 *
 * @param firstError returns the position of the first syntax error of a query without variables
 */
export function substituted(query: string, firstError: (query: string) => number | undefined): Substituted {
  const pieces = piecesOf(query);
  for (const [index, piece] of pieces.entries()) {
    if (piece.variable === undefined) continue;
    const [before, after] = [textOf(pieces.slice(0, index)), query.slice(piece.end)];
    const placeholders = candidates(piece, before, after);
    const next = pieces.slice(index + 1).find(({ variable }) => variable !== undefined);
    const reached = (placeholder: string) =>
      (firstError(before + placeholder + after) ?? Infinity) - before.length - placeholder.length;
    piece.text = farthest(placeholders, reached, next === undefined ? Infinity : next.start - piece.end);
    piece.uncertain = placeholders.length > 1;
  }
  const text = textOf(pieces);
  const position = firstError(text);
  return position === undefined ? { text } : { text, error: errorAt(position, pieces) };
}

/** A variable or a text between variables. */
interface Piece {
  /** Start and end in the query. */
  readonly start: number;
  readonly end: number;
  /** Name of the variable; undefined for a text between variables. */
  readonly variable?: string;
  /** Whether the variable is in the brackets of a range. */
  readonly inRange?: boolean;
  /** Text that takes the place of the variable. */
  text: string;
  /** Whether the variable can contain text of any kind. */
  uncertain: boolean;
}

function piecesOf(query: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  let inRange = false;
  const add = (to: number, variable?: string) => {
    if (to > end) pieces.push({ start: end, end: to, variable, inRange, text: query.slice(end, to), uncertain: false });
    end = to;
  };
  for (const { index, 0: token, ...groups } of query.matchAll(TOKEN)) {
    const variable = groups[1] ?? groups[2] ?? groups[3];
    if (token === "[" || token === "]") inRange = token === "[";
    if (variable === undefined) continue;
    add(index);
    add(index + token.length, variable);
  }
  add(query.length);
  return pieces;
}

/** Returns the placeholders to try for a variable; a single one if the variable's name or position determines its kind. */
function candidates({ variable = "", inRange = false }: Piece, before: string, after: string): readonly string[] {
  if (/^__(?:(?:rate_)?interval|range|auto)$/.test(variable)) return ["5m"];
  if (/^__(?:\w+_m?s|from|to)$/.test(variable)) return ["300"];
  const continuesNumber = /(?:^|[^\w:])\d+$/.test(before);
  const continued = /^(?:\w|\$|\[\[)/.test(after);
  if (inRange) return [continuesNumber ? "m" : continued ? "5" : "5m"];
  if (continuesNumber) return PARTS_OF_NUMBERS;
  return /[\w:]$/.test(before) || continued || /^:\w/.test(after) ? PARTS : CANDIDATES;
}

/**
 * Returns the placeholder after which the parser continues farthest.
 *
 * @param enough distance after which no better placeholder is sought, because the next variable follows
 */
function farthest(placeholders: readonly string[], reached: (placeholder: string) => number, enough: number): string {
  let best = { placeholder: placeholders[0] ?? "", reach: -Infinity };
  for (const placeholder of placeholders.length > 1 ? placeholders : []) {
    const reach = reached(placeholder);
    if (reach > best.reach) best = { placeholder, reach };
    if (best.reach >= enough) break;
  }
  return best.placeholder;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join("");
}

/** Returns the error at a position of the query with placeholders. */
function errorAt(position: number, pieces: readonly Piece[]): SubstitutionError {
  let start = 0;
  let variableEnd: number | undefined;
  let original = 0;
  for (const { text, ...piece } of pieces) {
    if (start > position) break;
    original = piece.start + (piece.variable === undefined ? position - start : 0);
    start += text.length;
    if (piece.uncertain) variableEnd = start;
  }
  // A variable affects the error only if the error is at the variable or at the token after it.
  const between = variableEnd === undefined ? undefined : textOf(pieces).slice(variableEnd, position);
  return { position: original, uncertain: between?.trim() === "" };
}
