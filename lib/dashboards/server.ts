import { DashboardSubject } from "./dashboard";
import { buildDashboard } from "./builders/dashboard-builder";
import { DashboardModel } from "./model";
import { diskPanels } from "./server/disks";
import { memoryPanels } from "./server/memory";
import { networkPanels } from "./server/network";
import { overviewPanels } from "./server/overview";
import { cpuPanels } from "./server/cpu";
import { systemPanels } from "./server/system";
import { Uids } from "./uids";

/** One server by the USE method: of each resource, how much of it is used, what waits for it, and what fails. */
export function buildServerDashboard(subject: DashboardSubject): DashboardModel {
  const { alerts } = subject;
  return buildDashboard(subject, {
    uid: Uids.SERVER,
    title: "Server",
    description:
      "Is this server well, and if not, which of its resources is short? Dashed lines are where alerts begin.",
    alerts: ',instance="$instance"',
    variables: [{ label: "instance", title: "Server", selector: 'up{job="node"}' }],
    sections: [
      { panels: overviewPanels(alerts) },
      { title: "Processors", panels: cpuPanels(alerts) },
      { title: "Memory", panels: memoryPanels(alerts) },
      { title: "Disks", panels: diskPanels(alerts) },
      { title: "Network", panels: networkPanels(alerts) },
      { title: "Services, kernel and clock", panels: systemPanels(alerts) },
    ],
  });
}
