import { FleetServer } from "../fleet";
import { Measurement } from "../measurement";
import { Commands, Failure } from "../failures";
import { Check, outcomeOf } from "./check";
import { ago, count } from "../text";

/** What the question `loki` answers. */
interface Said {
  readonly error?: string;
  /** How many of its cluster are at work, itself included. */
  readonly members: number;
  readonly newest: readonly Newest[];
  /** The servers whose SSH logins of the last minutes it has. */
  readonly logins: readonly string[];
}

/** How old the newest line of a job is, or of one of its kinds. */
interface Newest {
  readonly job: string;
  readonly kind?: string;
  /** In seconds. */
  readonly age: number;
}

/** A job of the log agent on every server: one on which nobody uses it has no lines of it. */
const SUDO = "sudo";

/** That each Loki is at work, with all others, and has lines: those of the SSH logins by which all were just looked at. */
export const logs: Check = (measured, commands) => {
  const hosts = measured.fleet.servers.filter(({ questions }) => questions.loki !== undefined);
  if (hosts.length === 0) return undefined;
  const answers = hosts.map(({ name }) => [name, saidBy(measured, name)] as const);
  const known = answers.flatMap(([, said]) => (said === undefined || said.error !== undefined ? [] : [said]));
  const senders = measured.fleet.servers.filter(({ components }) => components.includes("log_agent"));
  const arrived = new Set(known.flatMap(({ logins }) => logins));
  const missing = senders.map(({ name }) => name).filter((name) => !arrived.has(name));
  const answering = missing.filter((name) => measured.looks.get(name)?.silent === undefined);
  const differences = [
    ...answers.flatMap(([host, said]) => (said === undefined ? [] : differencesOf(host, said, measured, commands))),
    ...(known.length === 0 ? [] : answering).map((name) => loginDifference(name, commands)),
  ];
  const unknown = answers.some(([, said]) => said === undefined) || answering.length < missing.length;
  const [first] = known;
  const lines =
    first === undefined
      ? "none said what lines it has"
      : `SSH logins of ${senders.length - missing.length} of ${count(senders.length, "server")}; ${told(first.newest, wanted(senders))}`;
  return {
    text: `logs: ${count(hosts.length, "Loki")}; ${lines}`,
    outcome: outcomeOf(differences, !unknown),
    differences,
  };
};

/** The jobs of which there may be lines, and that are worth a word if there are none: denied sudo, and what applications log. */
function wanted(senders: readonly FleetServer[]): string[] {
  return senders.length === 0 ? [] : [...new Set([SUDO, ...senders.flatMap(({ logSources }) => logSources)])].sort();
}

function loginDifference(name: string, commands: Commands): Failure {
  return {
    problem: `no Loki has an SSH login of ${name}, which verify itself has just made`,
    fix: `see whether its log agent sends: journalctl -u log_agent on ${name}, or ${commands.play("log_agent", name, true)}`,
  };
}

function saidBy({ looks }: Measurement, host: string): Said | undefined {
  return looks.get(host)?.said.get("loki") as Said | undefined;
}

function differencesOf(host: string, said: Said, { fleet }: Measurement, commands: Commands): Failure[] {
  const hosts = fleet.servers.filter(({ questions }) => questions.loki !== undefined).length;
  const again = commands.play("loki", host, true);
  if (said.error !== undefined) return [{ problem: `Loki on ${host}: ${said.error}`, fix: again }];
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

/** Whose lines there are, and how old the newest is, in words; and of whom there are none. */
function told(newest: readonly Newest[], wanted: readonly string[]): string {
  const jobs = newest.map(({ job, kind, age }) => `${kind === undefined ? job : `${job} (${kind})`} ${ago(age)} ago`);
  const none = wanted.filter((job) => !newest.some((each) => each.job === job));
  return [
    jobs.length === 0 ? "no lines" : `newest lines of ${jobs.join(", ")}`,
    none.length === 0 ? "" : `; none of the last day of ${none.join(", ")}`,
  ].join("");
}
