import { ServerSets } from "../access/server-sets";
import { CHECKS } from "./checks";
import { CheckResult } from "./checks/check";
import { Commands, Failure, firewallFailures, probeFailure } from "./failures";
import { unmatchedLogPaths } from "./log-paths";
import { Measurement } from "./measurement";
import { Outcome } from "./outcome";
import { probeTable } from "./probe-table";
import { count } from "./text";
import { Verdict } from "./verdict";

/** The report on a Monitoring; `verify --json` prints it. */
export interface Report {
  /** The sources of the probes, as the first line of the output. */
  readonly probedFrom: string;
  readonly verdicts: readonly Verdict[];
  readonly failures: readonly Failure[];
  /** Servers and probes that could not be measured, with the reason. */
  readonly notMeasured: readonly string[];
  /** Settings of servers that let packets bypass the firewall; they may be intended. */
  readonly firewallConflicts: readonly string[];
  /** Paths of log sources that match no file; they may be correct if the application has not written anything yet. */
  readonly unmatchedLogPaths: readonly string[];
  /** Skipped probes and checks, with the reason. */
  readonly skipped: readonly string[];
  readonly checks: readonly CheckResult[];
}

/** The result of a verification, which is also the exit status of the tool. */
export enum Status {
  /** All checks passed. */
  PASS = 0,
  /** A check failed. */
  FAIL = 1,
  /** No check failed, but not everything could be measured. */
  NOT_MEASURED = 2,
}

/** Evaluates all checks. */
export function makeReport(measurement: Measurement, commands: Commands): Report {
  const { observations, verdicts, plan } = measurement;
  const checks = CHECKS.map((check) => check(measurement, commands)).filter((result) => result !== undefined);
  const all = [...observations.values()];
  const observed = verdicts.filter(({ probe }) => observations.get(probe.to)?.error === undefined);
  return {
    probedFrom: probeSources(measurement),
    verdicts,
    failures: [
      ...all.flatMap((observation) => firewallFailures(observation, commands)),
      ...verdicts
        .filter(({ outcome }) => outcome === Outcome.FAIL)
        .map((verdict) => probeFailure(verdict, observations.get(verdict.probe.to), commands)),
      ...checks.flatMap(({ failures }) => failures),
    ],
    notMeasured: [
      ...all.flatMap(({ name, error }) => (error === undefined ? [] : [`${name}: ${firstLines(error)}`])),
      ...notMeasuredProbes(observed),
    ],
    firewallConflicts: all.flatMap(({ name, firewallConflicts }) =>
      firewallConflicts.map((text) => `${name}: ${text}`),
    ),
    unmatchedLogPaths: all.flatMap(unmatchedLogPaths),
    skipped: plan.skipped,
    checks,
  };
}

/** The status of all reports together. */
export function statusOf(reports: readonly Report[]): Status {
  if (named(reports, Outcome.FAIL).length > 0 || reports.some(({ failures }) => failures.length > 0))
    return Status.FAIL;
  const complete = reports.every(({ notMeasured }) => notMeasured.length === 0);
  return complete && named(reports, Outcome.NOT_MEASURED).length === 0 && named(reports, Outcome.PASS).length > 0
    ? Status.PASS
    : Status.NOT_MEASURED;
}

/** The last line of the output: the names of the checks and probes that failed, or that could not be measured. */
export function conclusion(reports: readonly Report[]): string {
  const [failed, notMeasured] = [named(reports, Outcome.FAIL), named(reports, Outcome.NOT_MEASURED)];
  const skipped = named(reports, Outcome.SKIPPED);
  switch (statusOf(reports)) {
    case Status.PASS:
      return sentences("All checks passed", ...(skipped.length === 0 ? [] : [`Skipped: ${skipped.join(", ")}`]));
    case Status.FAIL:
      return sentences(
        ...enumeration("check", "failed", failed),
        ...enumeration("probe", "failed", failedProbes(reports)),
        ...enumeration("check", "could not be measured", notMeasured),
      );
    case Status.NOT_MEASURED:
      return notMeasured.length === 0
        ? "No check failed, but not everything could be measured."
        : `No check failed, but ${notMeasured.length} could not be measured: ${notMeasured.join(", ")}.`;
  }
}

/** Maximum number of names of failed checks and of failed probes in the conclusion: many servers may have the same fault. */
const MAX_NAMES = 10;

function sentences(...texts: readonly string[]): string {
  return texts.map((text) => `${text}.`).join(" ");
}

/** A sentence with the number of things and their names; none if there are none. */
function enumeration(noun: string, verb: string, names: readonly string[]): string[] {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
  return names.length === 0
    ? []
    : [`${count(names.length, noun)} ${verb}: ${names.slice(0, MAX_NAMES).join(", ")}${more}`];
}

function failedProbes(reports: readonly Report[]): string[] {
  const failed = reports.flatMap(({ verdicts }) => verdicts).filter(({ outcome }) => outcome === Outcome.FAIL);
  return failed.map(({ probe: { from, to, protocol, port } }) => `${from} -> ${to} ${protocol}/${port}`);
}

/** The names of the checks with an outcome. */
function named(reports: readonly Report[], wanted: Outcome): string[] {
  return reports.flatMap(({ checks }) => checks.filter(({ outcome }) => outcome === wanted).map(({ name }) => name));
}

/** The report as lines of text. */
export function reportLines(report: Report): string[] {
  return [
    report.probedFrom,
    "",
    ...probeTable(report.verdicts),
    ...section("Failures", report.failures.flatMap(failureLines)),
    ...section("Not measured", report.notMeasured),
    ...section("Firewall conflicts, which may be intended", report.firewallConflicts),
    ...section("Log paths that match no file", report.unmatchedLogPaths),
    ...section("Skipped", report.skipped),
    ...section("Checks", checkLines(report.checks)),
  ];
}

function failureLines({ problem, cause, fix }: Failure): string[] {
  return [problem, ...(cause === undefined ? [] : [`    cause: ${cause}`]), `    fix:   ${fix}`];
}

function checkLines(checks: readonly CheckResult[]): string[] {
  const [outcomeWidth, nameWidth] = [Outcome.NOT_MEASURED.length, Math.max(...checks.map(({ name }) => name.length))];
  return checks.flatMap(({ name, outcome, summary, details }) => [
    `${outcome.toUpperCase().padEnd(outcomeWidth)}  ${name.padEnd(nameWidth)}  ${summary}`,
    ...details.map((detail) => " ".repeat(outcomeWidth + 4) + detail),
  ]);
}

function probeSources({ plan: { from, unauthorizedSource }, fleet: { servers } }: Measurement): string {
  const sources = `${from.length} of ${count(servers.length, "server")} and from this machine`;
  const unauthorized =
    unauthorizedSource === undefined ? "" : `, also from its unauthorized address ${unauthorizedSource}`;
  return `Probes from ${sources}${unauthorized}:`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

/** The probes that were not measured. Probes that differ only in their destination share a line. */
function notMeasuredProbes(verdicts: readonly Verdict[]): string[] {
  const destinations = new Map<string, Set<string>>();
  for (const { probe, outcome, reason = "" } of verdicts) {
    if (outcome !== Outcome.NOT_MEASURED) continue;
    const line = `${probe.from} -> %s ${probe.protocol}/${probe.port} (${probe.name}): ${reason}`;
    destinations.set(line, (destinations.get(line) ?? new Set()).add(probe.to));
  }
  const sets = new ServerSets();
  const lines = [...destinations].map(([line, to]) => line.replace("%s", () => sets.text([...to])));
  return [...lines, ...sets.definitions];
}

/** The first two lines of a message, as one line. */
function firstLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(0, 2)
    .join(" ");
}
