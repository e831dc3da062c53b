import { ServerSets } from "../access/server-sets";
import { CRITERIA } from "./checks/index";
import { CheckResult } from "./checks/check";
import { count } from "./text";
import { unmatchedPaths } from "./log-paths";
import { Measurement, Outcome, Verdict } from "./measurement";
import { Commands, Failure, edgeDifference, lookDifferences } from "./failures";
import { edgeTable } from "./probe-table";

/** What there is to say of a monitoring. */
export interface Report {
  /** From where it was tried, in words. */
  readonly tried: string;
  readonly verdicts: readonly Verdict[];
  readonly differences: readonly Failure[];
  /** What could not be measured, and why. */
  readonly unmeasured: readonly string[];
  /** What works against the firewall, which may be on purpose. */
  readonly warnings: readonly string[];
  /** What log sources read that is not there, which may be so for now. */
  readonly unread: readonly string[];
  /** What is not tried and why. */
  readonly skipped: readonly string[];
  readonly criteria: readonly CheckResult[];
}

/** All went as it should; something differs; or nothing differs as far as is known, and not all is known. */
export enum Status {
  PASS = 0,
  FAIL = 1,
  NOT_MEASURED = 2,
}

/** Puts together what there is to say. */
export function makeReport(measured: Measurement, commands: Commands): Report {
  const { looks, verdicts, plan } = measured;
  const criteria = CRITERIA.map((criterion) => criterion(measured, commands)).filter((result) => result !== undefined);
  const all = [...looks.values()];
  const differences = [
    ...all.flatMap((look) => lookDifferences(look, commands)),
    ...verdicts
      .filter(({ outcome }) => outcome === Outcome.FAIL)
      .map((verdict) => edgeDifference(verdict, looks.get(verdict.probe.to), commands)),
    ...criteria.flatMap((result) => result.differences),
  ];
  return {
    tried: triedFrom(measured),
    verdicts,
    differences,
    unmeasured: [
      ...all.flatMap(({ name, silent }) => (silent === undefined ? [] : [`${name}: ${oneLine(silent)}`])),
      ...unmeasuredEdges(verdicts.filter(({ probe }) => looks.get(probe.to)?.silent === undefined)),
    ],
    warnings: all.flatMap(({ name, conflicts }) => conflicts.map((conflict) => `${name}: ${conflict}`)),
    unread: all.flatMap(unmatchedPaths),
    skipped: plan.skipped,
    criteria,
  };
}

/** What the exit status says of reports. */
export function statusOf(reports: readonly Report[]): Status {
  const outcomes = reports.flatMap(({ criteria }) => criteria.map(({ outcome }) => outcome));
  if (outcomes.includes(Outcome.FAIL) || reports.some(({ differences }) => differences.length > 0))
    return Status.FAIL;
  const complete = outcomes.length > 0 && reports.every(({ unmeasured }) => unmeasured.length === 0);
  return complete && !outcomes.includes(Outcome.NOT_MEASURED) ? Status.PASS : Status.NOT_MEASURED;
}

/** The report for people. */
export function reportLines({
  tried,
  verdicts,
  differences,
  unmeasured,
  warnings,
  unread,
  skipped,
  criteria,
}: Report): string[] {
  const words = { [Outcome.PASS]: "ok", [Outcome.FAIL]: "DIFFERS", [Outcome.NOT_MEASURED]: "NOT MEASURED" };
  return [
    tried,
    "",
    ...edgeTable(verdicts),
    ...section(
      "Differences",
      differences.flatMap(({ problem, fix }) => [problem, `    ${fix}`]),
    ),
    ...section("Not measured", unmeasured),
    ...section("Works against the firewall", warnings),
    ...section("Nothing to read", unread),
    ...section("Not tried", skipped),
    ...section(
      "In short",
      criteria.map(({ text, outcome }) => `${words[outcome].padEnd(12)}  ${text}`),
    ),
  ];
}

function triedFrom({ plan: { from, stranger }, fleet: { servers } }: Measurement): string {
  const strange = `, and as a stranger, whom nobody admits, from its address ${stranger ?? ""}`;
  return `Tried from ${from.length} of ${count(servers.length, "server")} and from this machine${stranger === undefined ? "" : strange}:`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

/** Edges that tell nothing, by the reason. */
function unmeasuredEdges(verdicts: readonly Verdict[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const { probe, outcome, why = "" } of verdicts) {
    if (outcome !== Outcome.NOT_MEASURED) continue;
    const reason = `${probe.from} -> %s ${probe.protocol}/${probe.port} (${probe.name}): ${why}`;
    reasons.set(reason, (reasons.get(reason) ?? new Set()).add(probe.to));
  }
  const sets = new ServerSets();
  const lines = [...reasons].map(([reason, to]) => reason.replace("%s", () => sets.text([...to])));
  return [...lines, ...sets.definitions];
}

function oneLine(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(0, 2)
    .join(" ");
}
