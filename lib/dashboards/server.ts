import { alertsTable } from "./alerts-table";
import { DashboardSubject } from "./dashboard-subject";
import { buildDashboard } from "./builders/dashboard-builder";
import { DashboardModel } from "./model";
import { diskPanels } from "./server/disks";
import { memoryPanels } from "./server/memory";
import { networkPanels } from "./server/network";
import { overviewPanels } from "./server/overview";
import { cpuPanels } from "./server/cpu";
import { systemPanels } from "./server/system";
import { Uids } from "./uids";

/** Matchers for the alerts of the selected server. */
const SELECTED = ',instance="$instance"';

/** Builds the dashboard of one server by the USE method: utilization, saturation and errors of each resource. */
export function buildServerDashboard(subject: DashboardSubject): DashboardModel {
  const { alerts } = subject;
  return buildDashboard(subject, {
    uid: Uids.SERVER,
    description:
      "Is this server healthy, and if not, which resource is the bottleneck? Dashed lines are alert thresholds.",
    alerts: SELECTED,
    variables: [{ label: "instance", title: "Server", selector: 'up{job="node"}' }],
    sections: [
      {
        panels: [
          ...overviewPanels(alerts),
          alertsTable(subject, { description: "Which problems does this server have?", height: 5, server: SELECTED }),
        ],
      },
      { title: "CPU", panels: cpuPanels(alerts) },
      { title: "Memory", panels: memoryPanels(alerts) },
      { title: "Disks", panels: diskPanels(alerts) },
      { title: "Network", panels: networkPanels(alerts) },
      { title: "Services, kernel and clock", panels: systemPanels(alerts) },
    ],
  });
}
