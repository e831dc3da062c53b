import { similarNames } from "../metrics/similar-names";
import { EmittedLabels } from "./emitted-labels";
import { LabelMatcher, matchesFully, selectionsIn, StreamSelection } from "./logql";

/** A LogQL query, and what it belongs to. */
export interface LogUse {
  /** For people: `alert "SshBruteForce"`, `dashboard "Audit", panel "Logins"`. */
  readonly where: string;
  /** The query, in LogQL. */
  readonly query: string;
}

/**
 * A sentence for each label, or value of one, that a query wants of streams and that no log source emits, with the
 * nearest ones; for each selector whose labels no source emits together; and for each query that does not parse.
 *
 * @param emitted the labels of all kinds of lines that there are
 */
export function unknownLabels(uses: readonly LogUse[], emitted: readonly EmittedLabels[]): string[] {
  const found = uses.flatMap(({ where, query }) => problemsOf(query, emitted).map((problem) => `${where}: ${problem}`));
  return [...new Set(found)];
}

function problemsOf(query: string, emitted: readonly EmittedLabels[]): string[] {
  try {
    return selectionsIn(query).flatMap((selection) => selectionProblems(selection, emitted));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function selectionProblems(selection: StreamSelection, emitted: readonly EmittedLabels[]): string[] {
  const { selector, matchers, filters, labels } = selection;
  const single = [
    ...[...matchers, ...filters].flatMap((matcher) => matcherProblems(matcher, emitted)),
    ...labels.flatMap((label) => labelProblems(label, emitted)),
  ];
  if (single.length > 0) return single;
  const selected = emitted.filter((lines) => matchers.every((matcher) => satisfies(lines, matcher)));
  if (selected.length === 0) return [`no log source emits lines that have all that ${selector} wants`];
  return [...filters.map(({ label }) => label), ...labels]
    .filter((label) => !selected.some((lines) => lines.has(label)))
    .map(
      (label) =>
        `the lines that ${selector} selects have no label "${label}"; they have ${namesOf(selected).join(", ")}`,
    );
}

function matcherProblems({ label, operator, value }: LabelMatcher, emitted: readonly EmittedLabels[]): string[] {
  const unknown = labelProblems(label, emitted);
  const values = valuesOf(label, emitted);
  if (unknown.length > 0 || values === undefined || value === "" || hasVariable(value)) return unknown;
  const literals = operator === "=" || operator === "!=" ? [value] : alternatives(value);
  if (literals === undefined)
    return [...values].some((known) => matchesFully(value, known))
      ? []
      : [`no log source emits a value of the label "${label}" that matches "${value}"; there are ${listed(values)}`];
  return literals
    .filter((literal) => !values.has(literal))
    .map((literal) => `no log source emits the label "${label}" with the value "${literal}"; ${hint(literal, values)}`);
}

function labelProblems(label: string, emitted: readonly EmittedLabels[]): string[] {
  if (emitted.some((lines) => lines.has(label))) return [];
  const names = namesOf(emitted);
  const nearest = similarNames(label, names);
  const near =
    nearest.length > 0 ? `the nearest names are ${nearest.join(", ")}` : `there are ${listed(new Set(names))}`;
  return [`no log source emits the label "${label}"; ${near}`];
}

/** All values of a label; undefined where they are not known. */
function valuesOf(label: string, emitted: readonly EmittedLabels[]): ReadonlySet<string> | undefined {
  const sets = emitted.filter((lines) => lines.has(label)).map((lines) => lines.get(label));
  if (sets.some((values) => values === undefined)) return undefined;
  return new Set(sets.flatMap((values) => [...(values ?? [])]));
}

/** Whether some of a kind of lines have what a matcher wants. */
function satisfies(lines: EmittedLabels, { label, operator, value }: LabelMatcher): boolean {
  const values = lines.get(label);
  if ((lines.has(label) && values === undefined) || hasVariable(value)) return true;
  // A line need not have each label of its kind.
  return ["", ...(values ?? [])].some((one) => {
    const equal = operator === "=" || operator === "!=" ? one === value : matchesFully(value, one);
    return equal === (operator === "=" || operator === "=~");
  });
}

/** The values of a regular expression such as `a|b`; undefined where it is more than that. */
function alternatives(expression: string): string[] | undefined {
  const parts = expression.split("|").filter((part) => part !== "");
  return parts.every((part) => /^[\w:/-]+$/.test(part)) ? parts : undefined;
}

/** Whether Grafana fills in something. */
function hasVariable(value: string): boolean {
  return /\$(\w|\{)/.test(value);
}

function namesOf(emitted: readonly EmittedLabels[]): string[] {
  return [...new Set(emitted.flatMap((lines) => [...lines.keys()]))].sort();
}

function hint(value: string, values: ReadonlySet<string>): string {
  const nearest = similarNames(value, values);
  const near = nearest.length > 0 ? `the nearest values are ${nearest.join(", ")}` : `there are ${listed(values)}`;
  return `${near}; what else is on a server, its logs must name`;
}

function listed(values: ReadonlySet<string>): string {
  return [...values].sort().join(", ");
}
