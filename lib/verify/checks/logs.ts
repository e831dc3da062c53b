import { Commands, Failure } from "../failures";
import { FleetServer } from "../fleet";
import { count, duration } from "../text";
import { serversWith } from "./check";
import { clusterFailures, componentCheck } from "./component-check";

/** The result of `checks/loki.py`. */
interface LokiResult {
  /** Number of active cluster members, including this Loki. */
  readonly members: number;
  readonly newest: readonly NewestLine[];
  /** The servers whose recent SSH logins are in this Loki. */
  readonly logins: readonly string[];
}

/** The age of the newest line of a job, or of one kind of line in a job. */
interface NewestLine {
  readonly job: string;
  readonly kind?: string;
  /** Seconds. */
  readonly age: number;
}

/** A built-in job on every server. It has no lines if nobody uses sudo. */
const SUDO = "sudo";

/** Checks that each Loki has lines, and that all of them together have the SSH logins that the verification just caused. */
export const logs = componentCheck<LokiResult>({
  name: "logs",
  kind: "loki",
  component: "Loki",
  conclude: (results, context) => {
    const { commands, measurement } = context;
    const senders = serversWith(measurement, "log_agent");
    const arrived = new Set(results.flatMap(({ values }) => values.logins));
    const missing = senders.map(({ name }) => name).filter((name) => !arrived.has(name));
    const observed = missing.filter((name) => measurement.observations.get(name)?.error === undefined);
    return {
      summary: `SSH logins of ${senders.length - missing.length} of ${count(senders.length, "server")}`,
      details: lineDetails(results[0].values.newest, expectedJobs(senders)),
      failures: [
        ...clusterFailures("Loki", results, context),
        ...results
          .filter(({ values }) => values.newest.length === 0 && measurement.fleet.kinds.includes("log_agent"))
          .map(({ host }) => ({
            problem: `Loki on ${host} has no log line of the last day`,
            fix: "check the journals of the log agents: journalctl -u log_agent",
          })),
        ...observed.map((name) => loginFailure(name, commands)),
      ],
      complete: observed.length === missing.length,
    };
  },
});

function loginFailure(name: string, commands: Commands): Failure {
  return {
    problem: `no Loki has the SSH login that this verification caused on ${name}`,
    fix: `${commands.play("log_agent", name, true)}; if that does not help, check journalctl -u log_agent on ${name}`,
  };
}

/** The jobs whose absence is reported: sudo, and the jobs of applications. */
function expectedJobs(senders: readonly FleetServer[]): string[] {
  return senders.length === 0 ? [] : [...new Set([SUDO, ...senders.flatMap(({ logSources }) => logSources)])].sort();
}

function lineDetails(newest: readonly NewestLine[], expected: readonly string[]): string[] {
  const ages = newest.map(
    ({ job, kind, age }) => `${kind === undefined ? job : `${job} (${kind})`} ${duration(age)} ago`,
  );
  const silent = expected.filter((job) => !newest.some((line) => line.job === job));
  return [
    ...(ages.length === 0 ? [] : [`newest lines: ${ages.join(", ")}`]),
    ...(silent.length === 0 ? [] : [`no lines in the last day: ${silent.join(", ")}`]),
  ];
}
