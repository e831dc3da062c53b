import { ServerSets } from "../access/server-sets";
import { groupBy } from "../grouping";
import { Outcome } from "./outcome";
import { CONTROLLER, UNAUTHORIZED_SOURCE } from "./plan";
import { align } from "./text";
import { Verdict } from "./verdict";

const HEADER = ["RESULT", "FROM", "", "TO", "PORT", "LISTENER", "EXPECTED", "OBSERVED", ""];

/** The measured probes as a table. Probes that differ only in their source and destination share a line. */
export function probeTable(verdicts: readonly Verdict[]): string[] {
  const sets = new ServerSets();
  const measured = verdicts.filter(({ outcome }) => outcome !== Outcome.NOT_MEASURED);
  const rows = merge(measured).map(
    ({ verdict: { probe, expected = "", observed = "", outcome }, from, to, probes }) => [
      outcome.toUpperCase(),
      endpointNames(from, sets),
      "->",
      endpointNames(to, sets),
      `${probe.protocol}/${probe.port}`,
      probe.name,
      expected,
      observed,
      probes > 1 ? `${probes} probes` : "",
    ],
  );
  return [...align([HEADER, ...rows]), ...sets.definitions];
}

/** Probes that share a line. */
interface Row {
  readonly verdict: Verdict;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly probes: number;
}

/** Merges the destinations of each source, then the sources with the same destinations. */
function merge(verdicts: readonly Verdict[]): Row[] {
  const bySource = groupBy(verdicts, (verdict) => [verdict.probe.from, ...cells(verdict)].join("\0"));
  const byDestinations = groupBy([...bySource.values()], (group) => {
    const [first] = group;
    const to = group.map(({ probe }) => probe.to);
    // A server does not probe itself. With the source among the destinations, all servers that probe each other have the
    // same destinations.
    const ends = group.length === 1 ? to : [...new Set([first?.probe.from ?? "", ...to])].sort();
    return [...(first ? cells(first) : []), ...ends].join("\0");
  });
  return [...byDestinations.values()].flatMap((groups): Row[] => {
    const all = groups.flat();
    const [verdict] = all;
    if (!verdict) return [];
    const unique = (end: "from" | "to"): string[] => [...new Set(all.map(({ probe }) => probe[end]))];
    return [{ verdict, from: unique("from"), to: unique("to"), probes: all.length }];
  });
}

/** The values of a line except source and destination. */
function cells({ probe, expected, observed, outcome }: Verdict): string[] {
  return [probe.protocol, String(probe.port), probe.name, expected ?? "", observed ?? "", outcome];
}

/** Sources or destinations as one cell: servers first, then the controller, which is no server. */
function endpointNames(names: readonly string[], sets: ServerSets): string {
  const controller = [CONTROLLER, UNAUTHORIZED_SOURCE];
  const servers = names.filter((name) => !controller.includes(name));
  return [
    ...(servers.length === 0 ? [] : [sets.text(servers)]),
    ...controller.filter((name) => names.includes(name)),
  ].join(", ");
}
