import { Failure } from "../failures";
import { clusterFailures, componentCheck, ComponentResult } from "./component-check";

/** The result of `checks/alertmanager.py`. */
interface AlertmanagerResult {
  /** Number of cluster members, including this Alertmanager. */
  readonly members: number;
  /** Whether the Watchdog alert of Prometheus arrives. */
  readonly watchdog: boolean;
  readonly deliveries: readonly Delivery[];
}

/** The delivery of the test alert to one integration of a receiver. */
interface Delivery {
  readonly receiver: string;
  readonly integration: string;
  /** Seconds until the integration accepted the test alert. */
  readonly seconds?: number;
  /** Why the integration did not accept it. */
  readonly error?: string;
}

/**
 * Checks that Prometheus' alerts arrive at each Alertmanager, and that the receivers accept a test alert. If the alerts
 * arrive and there are no receivers, the check is skipped, because nothing can be delivered.
 */
export const alertDelivery = componentCheck<AlertmanagerResult>({
  name: "alert delivery",
  kind: "alertmanager",
  component: "Alertmanager",
  conclude: (results, context) => ({
    summary: deliverySummary(results.flatMap(({ values }) => values.deliveries)),
    skipped: results.every(({ values }) => values.deliveries.length === 0),
    failures: [
      ...clusterFailures("Alertmanager", results, context),
      ...results.filter(({ values }) => !values.watchdog).map(watchdogFailure),
      ...results.flatMap(({ host, values }) => deliveryFailures(host, values.deliveries, context.commands.rotate)),
    ],
  }),
});

function watchdogFailure({ host }: ComponentResult<AlertmanagerResult>): Failure {
  return {
    problem: `the Watchdog alert, which always fires, does not arrive at Alertmanager on ${host}`,
    fix: "if the Watchdog alert is not disabled, check Status > Runtime & Build Information and Alerts in Prometheus' web UI, and the journal of prometheus.service",
  };
}

function deliveryFailures(host: string, deliveries: readonly Delivery[], rotate: string): Failure[] {
  return deliveries.flatMap(({ receiver, integration, error }) =>
    error === undefined
      ? []
      : [
          {
            problem: `the receiver "${receiver}" (${integration}) did not accept a test alert from ${host}: ${error}`,
            fix: `${rotate} if the address or secret of the receiver changed; otherwise check whether ${host} can reach the receiver`,
          },
        ],
  );
}

/** The receivers that accepted the test alert, each with the longest time that any Alertmanager needed. */
function deliverySummary(deliveries: readonly Delivery[]): string {
  if (deliveries.length === 0) return "no receivers, so nobody is notified";
  const longest = new Map<string, number>();
  for (const { receiver, integration, seconds } of deliveries) {
    const name = `${receiver} (${integration})`;
    if (seconds !== undefined) longest.set(name, Math.max(seconds, longest.get(name) ?? 0));
  }
  const receivers = [...longest].map(([name, seconds]) => `${name} in ${seconds} s`);
  return `test alert accepted by ${receivers.length === 0 ? "no receiver" : receivers.join(", ")}`;
}
