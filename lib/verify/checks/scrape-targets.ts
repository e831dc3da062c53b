import { Failure } from "../failures";
import { Measurement } from "../measurement";
import { Outcome } from "../outcome";
import { componentCheck } from "./component-check";

/** The result of `checks/prometheus.py`. */
interface PrometheusResult {
  readonly targets: readonly Target[];
}

interface Target {
  readonly job: string;
  readonly instance: string;
  /** `up`, `down` or `unknown`. */
  readonly health: string;
  readonly error: string;
}

/** Checks that Prometheus has all scrape targets, and that they are up. */
export const scrapeTargets = componentCheck<PrometheusResult>({
  name: "scrape targets",
  kind: "prometheus",
  component: "Prometheus",
  conclude: (results, { measurement, repair }) => {
    const targets = results.flatMap(({ host, values }) => {
      const known = new Set(values.targets.map(nameOf));
      const missing = measurement.fleet.targets.filter((target) => !known.has(target));
      return [
        ...missing.map((target) => ({
          outcome: Outcome.FAIL,
          failure: { problem: `Prometheus on ${host} does not have the target ${target}`, fix: repair(host) },
        })),
        ...values.targets.map((target) => ({
          outcome: outcomeOf(target, measurement),
          failure: targetFailure(target),
        })),
      ];
    });
    const number = (wanted: Outcome): number => targets.filter(({ outcome }) => outcome === wanted).length;
    const unknown = number(Outcome.NOT_MEASURED);
    return {
      summary: `${number(Outcome.PASS)} of ${targets.length} up${unknown === 0 ? "" : `, ${unknown} not measured`}`,
      failures: targets.filter(({ outcome }) => outcome === Outcome.FAIL).map(({ failure }) => failure),
      complete: unknown === 0 && targets.length > 0,
    };
  },
});

function nameOf({ job, instance }: Target): string {
  return `${job}/${instance}`;
}

function targetFailure(target: Target): Failure {
  return {
    problem: `the target ${nameOf(target)} is down: ${target.error}`,
    fix: "if the port is open (see the probes), check the journal of the service, or whether another program uses the port",
  };
}

/** The outcome of a target. It is not measured before the first scrape, or if its server could not be observed. */
function outcomeOf({ health, instance }: Target, { observations }: Measurement): Outcome {
  if (health === "up") return Outcome.PASS;
  return health === "unknown" || observations.get(instance)?.error !== undefined ? Outcome.NOT_MEASURED : Outcome.FAIL;
}
