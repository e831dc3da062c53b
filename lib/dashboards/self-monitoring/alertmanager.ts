import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Colours } from "../builders/colours";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";
import { processPanels } from "./process";

/** Builds the panels of Alertmanager: alerts, silences, notifications and its process. */
export function alertmanagerPanels(): Builder<Panel>[] {
  // Without a receiver, Alertmanager exports no series of notifications.
  const zero = '0 * max by (instance) (up{job="alertmanager"})';
  const notifications = (counter: string) =>
    `sum by (instance) (increase(alertmanager_notifications${counter}_total${RATE_INTERVAL})) or ${zero}`;
  return [
    graph({
      title: "Alerts",
      description: "How many alerts does Alertmanager have? Suppressed alerts are silenced or inhibited.",
      unit: units.Short,
      decimals: 0,
      width: 8,
      queries: [{ expr: "alertmanager_alerts", legend: "{{instance}} {{state}}" }],
    }),
    graph({
      title: "Silences",
      description: "Does a silence hide an alert that somebody should see?",
      unit: units.Short,
      decimals: 0,
      width: 8,
      queries: [{ expr: "alertmanager_silences", legend: "{{instance}} {{state}}" }],
    }),
    graph({
      title: "Notifications",
      description: "How many notifications are attempted, and how many of them fail?",
      unit: units.Short,
      width: 8,
      queries: [
        { expr: notifications(""), legend: "{{instance}} attempted" },
        { expr: notifications("_failed"), legend: "{{instance}} failed" },
      ],
      decimals: 0,
      bars: true,
      colours: { "/ failed$/": Colours.CRITICAL },
    }),
    ...processPanels("alertmanager", "Alertmanager"),
  ];
}
