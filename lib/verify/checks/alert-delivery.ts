import { Measurement } from "../measurement";
import { Commands, Failure } from "../failures";
import { Check, outcomeOf } from "./check";
import { count } from "../text";

/** What the question `alertmanager` answers. */
interface Said {
  readonly error?: string;
  /** How many members its cluster has, itself included. */
  readonly members: number;
  /** Whether Prometheus' own alert arrives. */
  readonly watchdog: boolean;
  readonly deliveries: readonly Delivery[];
}

/** What became of the test alert on one way. */
interface Delivery {
  readonly receiver: string;
  readonly integration: string;
  /** After how many seconds it was taken. */
  readonly seconds?: number;
  /** Why it was not. */
  readonly error?: string;
}

/** That alerts come from Prometheus to each Alertmanager, and from there to who is to be told. */
export const alerts: Check = (measured, commands) => {
  const hosts = measured.fleet.servers.filter(({ questions }) => questions.alertmanager !== undefined);
  if (hosts.length === 0) return undefined;
  const answers = hosts.map(({ name }) => [name, saidBy(measured, name)] as const);
  const differences = answers.flatMap(([host, said]) =>
    said === undefined ? [] : differencesOf(host, said, hosts.length, commands),
  );
  const unknown = answers.some(([, said]) => said === undefined);
  const deliveries = answers.flatMap(([, said]) => said?.deliveries ?? []);
  return {
    text: `alerts: ${count(hosts.length, "Alertmanager")}; ${unknown ? "not all said what became of a test alert" : told(deliveries)}`,
    outcome: outcomeOf(differences, !unknown),
    differences,
  };
};

function saidBy({ looks }: Measurement, host: string): Said | undefined {
  return looks.get(host)?.said.get("alertmanager") as Said | undefined;
}

function differencesOf(host: string, said: Said, hosts: number, commands: Commands): Failure[] {
  const again = commands.play("alertmanager", host, true);
  if (said.error !== undefined) return [{ problem: `Alertmanager on ${host}: ${said.error}`, fix: again }];
  const { members, watchdog, deliveries } = said;
  return [
    ...(members === hosts
      ? []
      : [
          {
            what: `Alertmanager on ${host} is in a cluster of ${members}, and should be in one of ${hosts}`,
            mend: again,
          },
        ]),
    ...(watchdog
      ? []
      : [
          {
            what: `Prometheus' alerts do not arrive at Alertmanager on ${host}: the Watchdog is missing, which always fires`,
            mend: "if it is not switched off, see what Prometheus' pages Status > Runtime & Build Information and Alerts say, and its journal",
          },
        ]),
    ...deliveries.flatMap(({ receiver, integration, error }) =>
      error === undefined
        ? []
        : [
            {
              what: `the receiver "${receiver}" (${integration}) took no test alert from ${host}: ${error}`,
              mend: `if its address or secret changed, ${commands.rotate}; else see whether the server reaches it`,
            },
          ],
    ),
  ];
}

/** Who took the test alert, and how fast, in words. */
function told(deliveries: readonly Delivery[]): string {
  if (deliveries.length === 0) return "nobody is told, for the monitoring has no receivers";
  const slowest = new Map<string, number>();
  for (const { receiver, integration, seconds } of deliveries) {
    const way = `${receiver} (${integration})`;
    if (seconds !== undefined) slowest.set(way, Math.max(seconds, slowest.get(way) ?? 0));
  }
  const ways = [...slowest].map(([way, seconds]) => `${way} in ${seconds} s`);
  return `a test alert arrived at ${ways.length === 0 ? "no receiver" : ways.join(", ")}`;
}
