import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";
import { processPanels } from "./process";

/** Alertmanager: what it has, what is silenced, and what it could deliver. */
export function alertmanagerPanels(): Builder<Panel>[] {
  // Without a receiver it counts none.
  const none = '0 * max by (instance) (up{job="alertmanager"})';
  const messages = (counter: string) =>
    `sum by (instance) (increase(alertmanager_notifications${counter}_total${RATE_INTERVAL})) or ${none}`;
  return [
    graph({
      title: "Alerts",
      description: "How many alerts does Alertmanager have? Those that are suppressed are silenced or inhibited.",
      unit: units.Short,
      width: 8,
      queries: [{ expr: "alertmanager_alerts", legend: "{{instance}} {{state}}" }],
    }),
    graph({
      title: "Silences",
      description: "Is something silenced that should be heard?",
      unit: units.Short,
      width: 8,
      queries: [{ expr: "alertmanager_silences", legend: "{{instance}} {{state}}" }],
    }),
    graph({
      title: "Messages",
      description: "How many messages go out, and how many of them fail?",
      unit: units.Short,
      width: 8,
      queries: [
        { expr: messages(""), legend: "{{instance}} tried" },
        { expr: messages("_failed"), legend: "{{instance}} failed" },
      ],
      bars: true,
    }),
    ...processPanels("alertmanager", "Alertmanager"),
  ];
}
