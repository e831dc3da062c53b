import { Check, outcomeOf, serversWith } from "./check";
import { componentResults } from "./component-check";

/** The metrics that Grafana must show for each server: key in the result of `checks/grafana.py`, and text. */
const METRICS = [
  ["cpu", "CPU"],
  ["memory", "memory"],
  ["disk", "disk"],
] as const;
type Metric = (typeof METRICS)[number][0];

/** The result of `checks/grafana.py`, as far as this check uses it. */
interface GrafanaResult {
  /** The servers that have a value in the table of all servers, by metric. */
  readonly shown: Readonly<Record<Metric, readonly string[]>>;
}

/** Checks that Grafana shows CPU, memory and disk of every server. The check "dashboards" reports Grafana's errors. */
export const serverMetrics: Check = (measurement) => {
  const servers = serversWith(measurement, "node_exporter").map(({ name }) => name);
  const { total, results } = componentResults<GrafanaResult>(measurement, "grafana");
  if (total === 0 || servers.length === 0 || serversWith(measurement, "prometheus").length === 0) return undefined;
  const missing = results.flatMap(({ host, values: { shown } }) =>
    METRICS.flatMap(([metric, text]) =>
      servers.filter((server) => !shown[metric].includes(server)).map((server) => ({ host, text, server })),
    ),
  );
  const observed = missing.filter(({ server }) => measurement.observations.get(server)?.error === undefined);
  const failures = observed.map(({ host, text, server }) => ({
    problem: `Grafana on ${host} does not show the ${text} of ${server}`,
    fix: 'see the check "scrape targets" for the node exporter of the server, and the check "dashboards" for the data source Prometheus',
  }));
  const [first] = results;
  const counts = METRICS.map(([metric, text]) => {
    const shown = servers.filter((server) => first?.values.shown[metric].includes(server));
    return `${text} of ${shown.length}`;
  });
  return {
    name: "server metrics",
    outcome: outcomeOf(failures, results.length === total && observed.length === missing.length),
    summary:
      first === undefined
        ? "Grafana did not answer"
        : `Grafana shows ${counts.join(", ")} of ${servers.length} servers`,
    details: [],
    failures,
  };
};
