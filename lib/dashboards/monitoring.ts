import type { DashboardSubject } from "./dashboard";
import { DashboardModel } from "./model";
import { Uids } from "./uids";

/** The monitoring itself. */
export function drawMonitoring(_subject: DashboardSubject): DashboardModel {
  return { uid: Uids.MONITORING, title: "Monitoring itself", panels: [] };
}
