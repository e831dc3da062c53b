import { Measurement, Outcome } from "../measurement";
import { Failure } from "../failures";
import { Check, worst } from "./check";

/** A target, as the question `prometheus` answers it. */
interface Target {
  readonly job: string;
  readonly instance: string;
  readonly health: string;
  readonly error: string;
}

/** That Prometheus reaches all that it should scrape. */
export const targets: Check = (measured, commands) => {
  const host = measured.fleet.servers.find(({ questions }) => questions.prometheus !== undefined)?.name;
  if (host === undefined) return undefined;
  const said = measured.looks.get(host)?.said.get("prometheus");
  if (!Array.isArray(said)) {
    const why = (said as { readonly error?: string } | undefined)?.error;
    const differences =
      why === undefined
        ? []
        : [{ what: `Prometheus on ${host}: ${why}`, mend: commands.play("prometheus", host, true) }];
    const outcome = why === undefined ? Outcome.NOT_MEASURED : Outcome.FAIL;
    return { text: `targets: Prometheus on ${host} did not say which are up`, outcome, differences };
  }
  const active = said as readonly Target[];
  const known = new Set(active.map(({ job, instance }) => `${job}/${instance}`));
  const missing = measured.fleet.targets.filter((target) => !known.has(target));
  const judged = active.map((target) => [target, outcomeOf(target, measured)] as const);
  const down = judged.filter(([, outcome]) => outcome === Outcome.FAIL).map(([target]) => target);
  const unknown = judged.filter(([, outcome]) => outcome === Outcome.NOT_MEASURED).length;
  const differences: Failure[] = [
    ...missing.map((target) => ({
      what: `Prometheus on ${host} does not know the target ${target}`,
      mend: commands.play("prometheus", host, true),
    })),
    ...down.map(({ job, instance, error }) => ({
      what: `the target ${job}/${instance} is down: ${error}`,
      mend: "if the port is open (see above), something else listens there or the service is ill: look at its journal",
    })),
  ];
  const up = active.length - down.length - unknown;
  return {
    text: `targets: ${up} of ${active.length + missing.length} up${unknown === 0 ? "" : `, ${unknown} not measured`}`,
    outcome: worst([...missing.map(() => Outcome.FAIL), ...judged.map(([, outcome]) => outcome)]),
    differences,
  };
};

/** One that was not scraped yet tells nothing, nor one on a server that is not there at all. */
function outcomeOf({ health, instance }: Target, { looks }: Measurement): Outcome {
  if (health === "up") return Outcome.PASS;
  return health === "unknown" || looks.get(instance)?.silent !== undefined ? Outcome.NOT_MEASURED : Outcome.FAIL;
}
