import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { hasVariable, isPlaceholder, placeholderPattern } from "../grafana/variables";
import { escaped, fullMatcher } from "../regular-expression";
import { syntaxError, unquoted } from "../syntax-error";

/** Metrics that one selector of a PromQL expression can select. */
export interface MetricUse {
  /** Name of the metric, or a regular expression that matches the names of the metrics. */
  readonly metric: string;
  /** Whether `metric` is a regular expression, because the name contains a variable or follows from a matcher. */
  readonly isPattern: boolean;
}

/**
 * Returns the names of the metrics in a PromQL expression, sorted, each once. Selectors without a name, such as
 * `{job="node"}`, and names of which only a part is known add none.
 *
 * @throws if the expression does not parse, or if a selector names two metrics or selects all metrics
 */
export function metricsIn(expression: string): string[] {
  const names = new Set<string>();
  missingMetrics(expression, ({ metric, isPattern }) => {
    if (!isPattern) names.add(metric);
    return false;
  });
  return [...names].sort();
}

/**
 * Returns the uses of metrics in a PromQL expression that are missing. Of two alternatives such as
 * `node_new_name or node_old_name` only one must be available.
 *
 * @param isMissing whether no metric is available for a use
 * @throws if the expression does not parse, or if a selector names two metrics or selects all metrics
 */
export function missingMetrics(expression: string, isMissing: (use: MetricUse) => boolean): MetricUse[] {
  const error = firstPromqlError(expression);
  if (error !== undefined) throw new Error(syntaxError(expression, error));
  const read = (node: SyntaxNode): Missing => {
    if (node.name === "VectorSelector") {
      const use = metricOf(node, ({ from, to }) => expression.slice(from, to));
      return use === undefined ? NOTHING : { uses: [use], missing: isMissing(use) ? [use] : [] };
    }
    const parts = childrenOf(node).map(read);
    return node.getChild("Or") === null ? sum(parts) : sum(withoutAlternatives(parts));
  };
  return [...read(parser.parse(expression).topNode).missing];
}

/** Returns the position of the first syntax error of a PromQL expression, or undefined. */
export function firstPromqlError(expression: string): number | undefined {
  let first: number | undefined;
  parser.parse(expression).iterate({
    enter: ({ type, name, from, to }) => {
      if (first !== undefined) return;
      if (type.isError || (name === "StringLiteral" && !TERMINATED.test(expression.slice(from, to)))) first = from;
    },
  });
  return first;
}

/** Returns the reason why Prometheus rejects a PromQL expression, or undefined. */
export function promqlProblem(expression: string): string | undefined {
  try {
    metricsIn(expression);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The uses in a part of an expression, and the missing ones. */
interface Missing {
  readonly uses: readonly MetricUse[];
  readonly missing: readonly MetricUse[];
}

const NOTHING: Missing = { uses: [], missing: [] };

function sum(parts: readonly Missing[]): Missing {
  return { uses: parts.flatMap(({ uses }) => uses), missing: parts.flatMap(({ missing }) => missing) };
}

/**
 * Returns the operands of `or`. A missing metric is left out if an operand without missing metrics has a metric of the same
 * program, because that operand is an alternative.
 */
function withoutAlternatives(operands: readonly Missing[]): readonly Missing[] {
  const complete = operands.filter(({ missing }) => missing.length === 0).flatMap(({ uses }) => uses);
  const programs = new Set(complete.map(programOf));
  return operands.map(({ uses, missing }) => ({
    uses,
    missing: missing.filter((use) => !programs.has(programOf(use))),
  }));
}

/** Returns the first word of a metric's name. By convention, it is the name of the program, which a renamed metric keeps. */
function programOf({ metric }: MetricUse): string {
  return metric.split("_", 1)[0] ?? metric;
}

/** The grammar accepts unterminated strings, which Prometheus rejects. */
const TERMINATED = /^("([^"\\\n]|\\[^\n])*"|'([^'\\\n]|\\[^\n])*'|`[^`]*`)$/;
const NAME_LABEL = "__name__";

type TextOf = (node: SyntaxNode) => string;

/** A condition of a selector. */
interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** Returns the metrics of a selector; undefined if it selects by other labels only. */
function metricOf(selector: SyntaxNode, textOf: TextOf): MetricUse | undefined {
  const braces = selector.getChild("LabelMatchers");
  const matchers = braces ? matchersOf(braces, textOf) : [];
  const ofName = matchers.filter(({ label }) => label === NAME_LABEL);
  const identifier = selector.getChild("Identifier");
  const [name, second] = [
    ...(identifier ? [textOf(identifier)] : []),
    ...(braces?.getChildren("QuotedLabelName") ?? []).map((quoted) => unquoted(textOf(quoted))),
    ...ofName.filter(({ operator }) => operator === "=").map(({ value }) => value),
  ];
  if (second !== undefined)
    throw new Error(
      `the selector ${textOf(selector)} names two metrics, "${name ?? ""}" and "${second}": remove one of them`,
    );
  if (name !== undefined) return isPlaceholder(name) ? pattern(name, escaped) : { metric: name, isPattern: false };
  if (!matchers.some(isSelective))
    throw new Error(
      `the selector ${textOf(selector)} selects all metrics: add the name of a metric, or a matcher that requires a label`,
    );
  const [regular] = ofName.filter(({ operator }) => operator === "=~");
  return regular && pattern(regular.value, (part) => part);
}

function pattern(name: string, literal: (part: string) => string): MetricUse {
  return { metric: placeholderPattern(name, literal), isPattern: true };
}

function matchersOf(braces: SyntaxNode, textOf: TextOf): Matcher[] {
  const quoted = braces.getChildren("QuotedLabelMatcher");
  return [...braces.getChildren("UnquotedLabelMatcher"), ...quoted].map((matcher) => {
    const [label, operator, value] = childrenOf(matcher).map(textOf);
    return {
      label: quoted.includes(matcher) ? unquoted(label ?? "") : (label ?? ""),
      operator: operator ?? "",
      value: unquoted(value ?? ""),
    };
  });
}

/** Whether a matcher excludes series without the label. Prometheus requires one such matcher in each selector. */
function isSelective({ operator, value }: Matcher): boolean {
  if (hasVariable(value)) return true;
  const matchesEmpty = operator === "=" || operator === "!=" ? value === "" : fullMatcher(value)("");
  return matchesEmpty === operator.startsWith("!");
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}
