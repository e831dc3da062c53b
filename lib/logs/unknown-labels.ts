import { Query, queryProblem } from "../query";
import { didYouMean } from "../metrics/similar-names";
import { EmittedLabels } from "./emitted-labels";
import { hasVariable, isPlaceholder, readable } from "../grafana/variables";
import { fullMatcher } from "../regular-expression";
import { LabelMatcher, selectionsIn, StreamSelection } from "./logql";

/**
 * Returns the problems of LogQL queries: labels and values that no log source emits, selectors whose labels no source
 * emits together, and queries that do not parse. The messages suggest similar labels and values.
 *
 * @param emitted labels of all kinds of lines
 */
export function unknownLabels(uses: readonly Query[], emitted: readonly EmittedLabels[]): string[] {
  const found = uses
    .filter(({ _unchecked: unchecked }) => !unchecked)
    .flatMap((use) => problemsOf(use, emitted).map((problem) => queryProblem(use, problem)));
  return [...new Set(found)];
}

function problemsOf({ expression, _problem: problem }: Query, emitted: readonly EmittedLabels[]): string[] {
  if (problem !== undefined) return [problem];
  try {
    return selectionsIn(expression).flatMap((selection) => selectionProblems(selection, emitted));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function selectionProblems(selection: StreamSelection, emitted: readonly EmittedLabels[]): string[] {
  const selector = readable(selection.selector);
  // A label whose name contains a variable can be any label.
  const [matchers, filters] = [selection.matchers, selection.filters].map((list) =>
    list.filter(({ label }) => !isPlaceholder(label)),
  ) as [LabelMatcher[], LabelMatcher[]];
  const labels = selection.labels.filter((label) => !isPlaceholder(label));
  const single = [
    ...[...matchers, ...filters].flatMap((matcher) => matcherProblems(matcher, emitted)),
    ...labels.flatMap((label) => labelProblems(label, emitted)),
  ];
  if (single.length > 0) return single;
  const selected = emitted.filter((lines) => matchers.every((matcher) => satisfies(lines, matcher)));
  if (selected.length === 0) return [`no log source emits lines that match all of ${selector}`];
  return [...filters.map(({ label }) => label), ...labels]
    .filter((label) => !selected.some((lines) => lines.has(label)))
    .map(
      (label) => `the lines of ${selector} have no label "${label}": their labels are ${namesOf(selected).join(", ")}`,
    );
}

function matcherProblems({ label, operator, value }: LabelMatcher, emitted: readonly EmittedLabels[]): string[] {
  const unknown = labelProblems(label, emitted);
  const values = valuesOf(label, emitted);
  if (unknown.length > 0 || values === undefined || value === "" || hasVariable(value)) return unknown;
  const literals = operator === "=" || operator === "!=" ? [value] : alternatives(value);
  if (literals === undefined)
    return [...values].some(fullMatcher(value))
      ? []
      : [
          `no log source emits a value of the label "${label}" that matches "${value}": the values are ${listed(values)}`,
        ];
  return literals
    .filter((literal) => !values.has(literal))
    .map(
      (literal) =>
        `no log source emits the label "${label}" with the value "${literal}": ${valueHint(literal, values)}`,
    );
}

function labelProblems(label: string, emitted: readonly EmittedLabels[]): string[] {
  if (emitted.some((lines) => lines.has(label))) return [];
  const names = new Set(namesOf(emitted));
  return [`no log source emits the label "${label}": ${didYouMean(label, names) ?? `the labels are ${listed(names)}`}`];
}

/** Returns all values of a label; undefined if they are not known at synthesis. */
function valuesOf(label: string, emitted: readonly EmittedLabels[]): ReadonlySet<string> | undefined {
  const sets = emitted.filter((lines) => lines.has(label)).map((lines) => lines.get(label));
  if (sets.some((values) => values === undefined)) return undefined;
  return new Set(sets.flatMap((values) => [...(values ?? [])]));
}

/** Whether some lines of a kind satisfy a matcher. */
function satisfies(lines: EmittedLabels, { label, operator, value }: LabelMatcher): boolean {
  const values = lines.get(label);
  if ((lines.has(label) && values === undefined) || hasVariable(value)) return true;
  // A label of the kind can be missing in a line, which then has the empty value.
  const matches = operator === "=" || operator === "!=" ? (one: string) => one === value : fullMatcher(value);
  return ["", ...(values ?? [])].some((one) => matches(one) === (operator === "=" || operator === "=~"));
}

/** Returns the values of a regular expression such as `a|b`; undefined for other expressions. */
function alternatives(expression: string): string[] | undefined {
  const parts = expression.split("|").filter((part) => part !== "");
  return parts.every((part) => /^[\w:/-]+$/.test(part)) ? parts : undefined;
}

function namesOf(emitted: readonly EmittedLabels[]): string[] {
  return [...new Set(emitted.flatMap((lines) => [...lines.keys()]))].sort();
}

/** Suggests similar values, or a missing log source, which must be in the `logs` of a member. */
function valueHint(value: string, values: ReadonlySet<string>): string {
  const known = didYouMean(value, values) ?? `the values are ${listed(values)}.`;
  return `${known} Otherwise, add the missing log source to the logs of a member`;
}

function listed(values: ReadonlySet<string>): string {
  return [...values].sort().join(", ");
}
