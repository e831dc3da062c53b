import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { syntaxError, unquoted } from "../syntax-error";

/**
 * Returns the names of the metrics in a PromQL expression, sorted, each once.
 *
 * @throws if the expression does not parse, or if a selector names no metric and so cannot be checked
 */
export function metricsIn(expression: string): string[] {
  const names = new Set<string>();
  const textOf = ({ from, to }: SyntaxNode) => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter: (reference) => {
      const { node, name } = reference;
      if (node.type.isError || (name === "StringLiteral" && !TERMINATED.test(textOf(node))))
        throw new Error(syntaxError(expression, node.from));
      if (name === "VectorSelector") names.add(metricOf(node, textOf));
    },
  });
  return [...names].sort();
}

/** Returns the problem that {@link metricsIn} finds in a PromQL expression, or undefined. */
export function promqlProblem(expression: string): string | undefined {
  try {
    metricsIn(expression);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Replaces the Grafana variables outside strings, so that the expression parses: intervals such as `$__rate_interval`,
 * numbers such as `$__range_s`, and variables in brackets, as in `[$window]`.
 */
export function withoutGrafanaVariables(expression: string): string {
  return expression
    .replace(/\$(__\w+_m?s\b|\{__\w+_m?s\})/g, "300")
    .replace(/\$(__(rate_)?interval\b|__range\b|\{__((rate_)?interval|range)\})/g, "5m")
    .replace(/\[[^\]"'`]*\]/g, (range) => range.replace(/\$(\w+|\{\w+(:\w+)?\})/g, "5m"));
}

/** The grammar accepts unterminated strings, which Prometheus rejects. */
const TERMINATED = /^("([^"\\\n]|\\[^\n])*"|'([^'\\\n]|\\[^\n])*'|`[^`]*`)$/;
const NAME_LABEL = "__name__";

function metricOf(selector: SyntaxNode, textOf: (node: SyntaxNode) => string): string {
  const matchers = selector.getChild("LabelMatchers");
  const named = matchers ? [...quotedNames(matchers, textOf), ...nameMatchers(matchers, textOf)] : [];
  const identifier = selector.getChild("Identifier");
  if (identifier) named.unshift(textOf(identifier));
  const [name, second] = named;
  if (name === undefined)
    throw new Error(
      `the selector ${textOf(selector)} names no metric: add the metric's name before the braces, or ${NAME_LABEL}="name"`,
    );
  if (second !== undefined)
    throw new Error(
      `the selector ${textOf(selector)} names two metrics, "${name}" and "${second}": remove one of them`,
    );
  return name;
}

/** Returns metric names in the form `{"http.requests"}`. */
function quotedNames(matchers: SyntaxNode, textOf: (node: SyntaxNode) => string): string[] {
  return matchers.getChildren("QuotedLabelName").map((name) => unquoted(textOf(name)));
}

/** Returns metric names in the form `{__name__="up"}`. */
function nameMatchers(matchers: SyntaxNode, textOf: (node: SyntaxNode) => string): string[] {
  const all = [...matchers.getChildren("UnquotedLabelMatcher"), ...matchers.getChildren("QuotedLabelMatcher")];
  return all.flatMap((matcher) => {
    const [label, operator, value] = [matcher.firstChild, matcher.getChild("MatchOp"), matcher.lastChild];
    if (!label || !operator || !value || textOf(operator) !== "=") return [];
    return [textOf(label), unquoted(textOf(label))].includes(NAME_LABEL) ? [unquoted(textOf(value))] : [];
  });
}
