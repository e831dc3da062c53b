import { DashboardSubject } from "./dashboard";
import { buildDashboard } from "./builders/dashboard-builder";
import { DashboardModel } from "./model";
import { alertmanagerPanels } from "./self-monitoring/alertmanager";
import { exporterPanels } from "./self-monitoring/exporters";
import { grafanaPanels } from "./self-monitoring/grafana";
import { overviewPanels } from "./self-monitoring/overview";
import { notificationPanels, prometheusPanels } from "./self-monitoring/prometheus";
import { scrapePanels } from "./self-monitoring/scrape-targets";
import { Uids } from "./uids";

/** What watches the servers: what it scrapes and stores, whether rules are evaluated and messages delivered. */
export function buildSelfMonitoringDashboard(subject: DashboardSubject): DashboardModel {
  const { kinds, alerts } = subject;
  const alertmanager = kinds.has("alertmanager");
  return buildDashboard(subject, {
    uid: Uids.SELF_MONITORING,
    title: "Monitoring itself",
    description: "Can what the other dashboards and the alerts say be relied on?",
    alerts: ',job!="node"',
    sections: [
      { panels: overviewPanels(alertmanager) },
      { title: "Scrapes", panels: scrapePanels() },
      { title: "Exporters", panels: exporterPanels() },
      { title: "Prometheus", panels: prometheusPanels(alerts) },
      ...(alertmanager
        ? [
            { title: "From Prometheus to Alertmanager", panels: notificationPanels(alerts) },
            { title: "Alertmanager", panels: alertmanagerPanels() },
          ]
        : []),
      ...(kinds.has("grafana") ? [{ title: "Grafana", panels: grafanaPanels(alerts) }] : []),
    ],
  });
}
