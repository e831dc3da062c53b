import { Measured, Outcome } from "../judge";
import { Commands, Difference } from "../remedy";
import { count, Criterion, worst } from "./criterion";

/** What the question `loki` answers. */
interface Said {
  readonly error?: string;
  /** How many of its cluster are at work, itself included. */
  readonly members: number;
  readonly newest: readonly Newest[];
}

/** How old the newest line of a job is, or of one of its kinds. */
interface Newest {
  readonly job: string;
  readonly kind?: string;
  /** In seconds. */
  readonly age: number;
}

/** That each Loki is at work, with all others, and has lines. */
export const logs: Criterion = (measured, commands) => {
  const hosts = measured.fleet.servers.filter(({ questions }) => questions.loki !== undefined);
  if (hosts.length === 0) return undefined;
  const answers = hosts.map(({ name }) => [name, saidBy(measured, name)] as const);
  const differences = answers.flatMap(([host, said]) =>
    said === undefined ? [] : differencesOf(host, said, measured, commands),
  );
  const known = answers.flatMap(([, said]) => (said === undefined || said.error !== undefined ? [] : [said]));
  const unknown = answers.some(([, said]) => said === undefined);
  return {
    text: `logs: ${count(hosts.length, "Loki")}; ${known[0] === undefined ? "none said what lines it has" : told(known[0].newest)}`,
    outcome: worst([
      ...(unknown ? [Outcome.NOT_MEASURED] : []),
      differences.length > 0 ? Outcome.DIFFERS : Outcome.FINE,
    ]),
    differences,
  };
};

function saidBy({ looks }: Measured, host: string): Said | undefined {
  return looks.get(host)?.said.get("loki") as Said | undefined;
}

function differencesOf(host: string, said: Said, { fleet }: Measured, commands: Commands): Difference[] {
  const hosts = fleet.servers.filter(({ questions }) => questions.loki !== undefined).length;
  const again = commands.play("loki", host, true);
  if (said.error !== undefined) return [{ what: `Loki on ${host}: ${said.error}`, mend: again }];
  return [
    ...(said.members === hosts
      ? []
      : [
          {
            what: `Loki on ${host} is in a cluster of ${said.members}, and should be in one of ${hosts}`,
            mend: again,
          },
        ]),
    ...(said.newest.length > 0 || !fleet.kinds.includes("log_agent")
      ? []
      : [
          {
            what: `Loki on ${host} has no line of the last day`,
            mend: "see whether the log agents run, and what their journals say",
          },
        ]),
  ];
}

/** Whose lines there are, and how old the newest is, in words. */
function told(newest: readonly Newest[]): string {
  if (newest.length === 0) return "no lines";
  return `newest lines of ${newest.map(({ job, kind, age }) => `${kind === undefined ? job : `${job} (${kind})`} ${ago(age)} ago`).join(", ")}`;
}

/** A time in the unit that people would use. */
function ago(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
