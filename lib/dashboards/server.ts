import type { DashboardSubject } from "./dashboard";
import { DashboardModel } from "./model";
import { Uids } from "./uids";

/** One server. */
export function drawServer(_subject: DashboardSubject): DashboardModel {
  return { uid: Uids.SERVER, title: "Server", panels: [] };
}
