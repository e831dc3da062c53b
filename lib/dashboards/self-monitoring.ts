import { DashboardSubject } from "./dashboard-subject";
import { buildDashboard } from "./builders/dashboard-builder";
import { DashboardModel } from "./model";
import { alertmanagerPanels } from "./self-monitoring/alertmanager";
import { exporterPanels } from "./self-monitoring/exporters";
import { gatewayPanels } from "./self-monitoring/gateway";
import { grafanaPanels } from "./self-monitoring/grafana";
import { logAgentPanels } from "./self-monitoring/log-agents";
import { lokiPanels, lokiRequestPanels } from "./self-monitoring/loki";
import { overviewPanels } from "./self-monitoring/overview";
import { notificationPanels, prometheusPanels } from "./self-monitoring/prometheus";
import { scrapePanels } from "./self-monitoring/scrape-targets";
import { Uids } from "./uids";

/** Builds the dashboard of the monitoring components: scrapes, storage, rules and delivery of alerts. */
export function buildSelfMonitoringDashboard(subject: DashboardSubject): DashboardModel {
  const { kinds, alerts } = subject;
  const alertmanager = kinds.has("alertmanager");
  return buildDashboard(subject, {
    uid: Uids.SELF_MONITORING,
    description: "Can you rely on the alerts and on the other dashboards?",
    alerts: ',job!="node"',
    sections: [
      { panels: overviewPanels(kinds) },
      { title: "Scrape targets", panels: scrapePanels() },
      { title: "Exporters", panels: exporterPanels() },
      { title: "Prometheus", panels: prometheusPanels(alerts) },
      ...(alertmanager
        ? [
            { title: "Alert delivery to Alertmanager", panels: notificationPanels(alerts) },
            { title: "Alertmanager", panels: alertmanagerPanels() },
          ]
        : []),
      ...(kinds.has("loki")
        ? [
            { title: "Loki", panels: lokiPanels(alerts) },
            { title: "Loki requests and rules", panels: lokiRequestPanels(alerts) },
          ]
        : []),
      ...(kinds.has("gateway") ? [{ title: "Gateway", panels: gatewayPanels() }] : []),
      ...(kinds.has("log_agent") ? [{ title: "Log agents", panels: logAgentPanels() }] : []),
      ...(kinds.has("grafana") ? [{ title: "Grafana", panels: grafanaPanels(alerts) }] : []),
    ],
  });
}
