import { DashboardSubject } from "./dashboard";
import { framed } from "./drawing/frame";
import { DashboardModel } from "./model";
import { alertmanagerPanels } from "./monitoring/alertmanager";
import { exporterPanels } from "./monitoring/exporters";
import { grafanaPanels } from "./monitoring/grafana";
import { overviewPanels } from "./monitoring/overview";
import { notificationPanels, prometheusPanels } from "./monitoring/prometheus";
import { scrapePanels } from "./monitoring/scrapes";
import { Uids } from "./uids";

/** What watches the servers: what it scrapes and stores, whether rules are evaluated and messages delivered. */
export function drawMonitoring(subject: DashboardSubject): DashboardModel {
  const { kinds, alerts } = subject;
  const alertmanager = kinds.has("alertmanager");
  return framed(subject, {
    uid: Uids.MONITORING,
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
