import { children, expressionsOf } from "./go-file";
import type { Evaluator } from "./evaluator";
import type { Choice, Expression } from "./expression";
import { argumentsOf } from "./literals";

/** Stands for a part of a name that is not known before the program runs. */
export const UNKNOWN = "*";

/** Maximum number of alternatives per definition. Only code that builds names from data has more. */
const MAX_ALTERNATIVES = 3000;
/** Maximum number of evaluations per definition. Only names from the configuration of the program need more. */
const MAX_EVALUATIONS = 400;
const MAX_DEPTH = 12;

/**
 * Returns the results of `read` for all values of the loop variables and parameters that the evaluation needs.
 */
export function allTexts(evaluator: Evaluator, read: (evaluator: Evaluator) => string[]): Set<string> {
  const found = new Set<string>();
  let evaluations = 0;
  const search = (current: Evaluator, depth: number) => {
    const texts = read(current);
    const [choice] = current.open;
    const isEnd = choice === undefined || depth > MAX_DEPTH || ++evaluations > MAX_EVALUATIONS;
    if (isEnd) for (const text of texts) found.add(text);
    else for (const next of resolved(current, choice)) search(next, depth + 1);
  };
  search(evaluator, 0);
  return found;
}

/** The evaluators with all bindings of a choice. Choices on which it depends are bound first. */
function resolved(evaluator: Evaluator, choice: Choice, depth = 0): Evaluator[] {
  const fresh = evaluator.with(choice, new Map());
  const alternatives = fresh.alternatives(choice);
  const [before] = fresh.open;
  if (before === undefined || depth > MAX_DEPTH) return alternatives.map((binding) => evaluator.with(choice, binding));
  return resolved(evaluator, before, depth + 1);
}

/** Returns the texts that an expression stands for, with {@link UNKNOWN} for unknown parts. */
export function textsOf(evaluator: Evaluator, expression: Expression | undefined): string[] {
  if (expression === undefined) return [UNKNOWN];
  const values = evaluator.values(expression);
  return values.length === 0
    ? [UNKNOWN]
    : [...new Set(values.flatMap((value) => evaluator.once(value, () => textOf(evaluator, value))))];
}

function textOf(evaluator: Evaluator, value: Expression): string[] {
  const { node, file } = value;
  const text = file.stringOf(node);
  if (text !== undefined) return [text];
  if (node.name === "BinaryExp" && file.textOf(node.getChild("ArithOp")) === "+")
    return products(expressionsOf(node).map((each) => textsOf(evaluator, { ...value, node: each })));
  if (node.name === "Assignment") {
    const [target, added] = expressionsOf(node);
    if (!target || !added || children(node)[1]?.name !== "UpdateOp") return [UNKNOWN];
    return products([target, added].map((each) => textsOf(evaluator, { ...value, node: each })));
  }
  return node.name === "CallExpr" ? called(evaluator, value) : [UNKNOWN];
}

/** The results of well-known functions, and of conversions such as `string(x)`. */
function called(evaluator: Evaluator, call: Expression): string[] {
  const { node, file } = call;
  const given = argumentsOf(node);
  const texts = given.map((each) => () => textsOf(evaluator, { ...call, node: each }));
  const [first = () => [UNKNOWN], ...others] = texts;
  const callee = node.firstChild;
  const name = file.textOf(callee);
  if (callee?.name === "VariableName") return given.length === 1 ? first() : [UNKNOWN];
  const end = file.textOf(callee?.lastChild ?? null);
  if (end === "BuildFQName") return products3(texts.map((each) => each()));
  if (name === "fmt.Sprintf") return first().flatMap((format) => formatted(format, others));
  if (name === "strings.ToLower") return first().map((text) => text.toLowerCase());
  if (name === "strings.ReplaceAll") {
    const [from = UNKNOWN, to = UNKNOWN] = others.map((each) => each()[0]);
    return first().map((text) => (from === UNKNOWN || to === UNKNOWN ? UNKNOWN : text.replaceAll(from, to)));
  }
  return [UNKNOWN];
}

/** All names of a namespace, a subsystem and a name, joined as Prometheus' client library joins them. */
export function products3(parts: readonly (readonly string[])[]): string[] {
  return combinations(parts).map((each) => each.filter((part) => part !== "").join("_"));
}

function products(parts: readonly (readonly string[])[]): string[] {
  return combinations(parts).map((each) => each.join(""));
}

function combinations(parts: readonly (readonly string[])[]): string[][] {
  return parts.reduce<string[][]>(
    (all, alternatives) =>
      all.flatMap((start) => alternatives.map((end) => [...start, end])).slice(0, MAX_ALTERNATIVES),
    [[]],
  );
}

/** The texts of `fmt.Sprintf`. */
function formatted(format: string, given: readonly (() => string[])[]): string[] {
  let next = 0;
  const parts = format.split(/(%[-+# 0]*\d*(?:\.\d+)?[a-zA-Z%])/).map((part, index) => {
    if (index % 2 === 0) return [part];
    return part === "%%" ? ["%"] : (given[next++]?.() ?? [UNKNOWN]);
  });
  return products(parts);
}
