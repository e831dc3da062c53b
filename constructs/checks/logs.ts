import { EmittedLabels, emittedLabels } from "../../lib/logs/emitted-labels";
import { unknownLabels } from "../../lib/logs/unknown-labels";
import { IMonitoring } from "../contracts";

/** Returns a problem for each LogQL query for a label that no log has. Complete at synthesis. */
export function logProblems(monitoring: IMonitoring): string[] {
  // Without Loki there are no queries: Grafana rejects dashboards that need Loki.
  if (!monitoring._first("loki")) return [];
  const uses = monitoring._components.flatMap(({ logQueries }) => logQueries);
  return unknownLabels(uses, emittedLogs(monitoring));
}

/** Returns the labels of all log lines that the log agents send; none without a Loki. */
export function emittedLogs(monitoring: IMonitoring): EmittedLabels[] {
  if (!monitoring._first("loki")) return [];
  const kinds = new Map<string, { readonly labels: EmittedLabels; readonly instances: Set<string> }>();
  const senders = monitoring._members.filter(({ _components: components }) =>
    components.some(({ kind }) => kind === "log_agent"),
  );
  for (const { server, _logSources: logSources } of senders)
    for (const labels of emittedLabels(logSources)) {
      // Most servers of a large fleet have the same labels.
      const key = [...labels].map(([name, values = []]) => `${name}=${[...values].join(",")}`).join(" ");
      const { instances } = kinds.get(key) ?? { instances: new Set() };
      kinds.set(key, { labels, instances: instances.add(server.name) });
    }
  const own = new Set([monitoring.name]);
  return [...kinds.values()].map(
    ({ labels, instances }) => new Map([...labels, ["instance", instances], ["monitoring", own]]),
  );
}
