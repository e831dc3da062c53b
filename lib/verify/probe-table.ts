import { groupBy } from "../grouping";
import { ServerSets } from "../access/server-sets";
import { Outcome, Verdict } from "./measurement";
import { CONTROLLER, UNAUTHORIZED_SOURCE } from "./plan";

/** A line for each kind of edge: who was tried from, to whom, where, what should come of it and what came. */
export function edgeTable(verdicts: readonly Verdict[]): string[] {
  const sets = new ServerSets();
  const measured = verdicts.filter(({ outcome }) => outcome !== Outcome.NOT_MEASURED);
  const rows = merge(measured).map(({ verdict: { probe, expected, found, outcome }, from, to, probes }) => [
    endsOf(from, sets),
    "->",
    endsOf(to, sets),
    `${probe.protocol}/${probe.port}`,
    probe.name,
    expected ?? "",
    outcome === Outcome.PASS ? (found ?? "") : `${found ?? ""}  <== DIFFERS`,
    probes > 1 ? `${probes} probes` : "",
  ]);
  const lines = align([["FROM", "", "TO", "PORT", "WHAT", "SHOULD BE", "IS", ""], ...rows]);
  return [...lines, ...sets.definitions];
}

/** Edges of the same kind. */
interface Row {
  readonly verdict: Verdict;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly probes: number;
}

/** Puts edges together that differ by their ends only: first by source, then sources with the same destinations. */
function merge(verdicts: readonly Verdict[]): Row[] {
  const bySource = groupBy(verdicts, (verdict) => [verdict.probe.from, ...kindOf(verdict)].join("\0"));
  const byDestinations = groupBy([...bySource.values()], (group) => {
    const [first] = group;
    const to = group.map(({ probe }) => probe.to);
    // A server is not tried from itself: with it, "each to all others" has the same ends for all.
    const ends = group.length === 1 ? to : [...new Set([first?.probe.from ?? "", ...to])].sort();
    return [...(first ? kindOf(first) : []), ...ends].join("\0");
  });
  return [...byDestinations.values()].flatMap((groups): Row[] => {
    const all = groups.flat();
    const [verdict] = all;
    if (!verdict) return [];
    const unique = (end: "from" | "to"): string[] => [...new Set(all.map(({ probe }) => probe[end]))];
    return [{ verdict, from: unique("from"), to: unique("to"), probes: all.length }];
  });
}

function kindOf({ probe, expected, found, outcome }: Verdict): string[] {
  return [probe.protocol, String(probe.port), probe.name, expected ?? "", found ?? "", outcome];
}

/** Who is at one end of edges; this machine is no server, and is told apart. */
function endsOf(all: readonly string[], sets: ServerSets): string {
  const here = [CONTROLLER, UNAUTHORIZED_SOURCE];
  const servers = all.filter((name) => !here.includes(name));
  return [...(servers.length === 0 ? [] : [sets.text(servers)]), ...here.filter((name) => all.includes(name))].join(
    ", ",
  );
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
