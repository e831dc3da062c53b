import { EmittedLabels, emittedLabels } from "../../lib/logs/labels";
import { unknownLabels } from "../../lib/logs/unknown-labels";
import type { Monitoring } from "../monitoring";

/** What a monitoring's rules and dashboards ask of logs that nothing answers, as sentences. Asked at synthesis, when all is placed. */
export function logProblems(monitoring: Monitoring): string[] {
  // Without Loki nothing is asked, and a dashboard that would is refused.
  if (!monitoring._first("loki")) return [];
  const uses = monitoring._components.flatMap(({ logQueries }) => logQueries);
  return unknownLabels(uses, emittedLogs(monitoring));
}

/** The labels of all lines that the members' log agents send; none where there is no Loki to send them to. */
export function emittedLogs(monitoring: Monitoring): EmittedLabels[] {
  if (!monitoring._first("loki")) return [];
  const kinds = new Map<string, { readonly labels: EmittedLabels; readonly instances: Set<string> }>();
  const senders = monitoring._members.filter(({ _components: components }) =>
    components.some(({ kind }) => kind === "log_agent"),
  );
  for (const { server, _logSources: logSources } of senders)
    for (const labels of emittedLabels(logSources)) {
      // Most servers of a large fleet have the same.
      const key = [...labels].map(([name, values = []]) => `${name}=${[...values].join(",")}`).join(" ");
      const { instances } = kinds.get(key) ?? { instances: new Set() };
      kinds.set(key, { labels, instances: instances.add(server.name) });
    }
  const own = new Set([monitoring.name]);
  return [...kinds.values()].map(
    ({ labels, instances }) => new Map([...labels, ["instance", instances], ["monitoring", own]]),
  );
}
