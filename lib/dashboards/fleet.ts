import type { DashboardSubject } from "./dashboard";
import { DashboardModel } from "./model";
import { Uids } from "./uids";

/** All servers, a line each. */
export function drawFleet(_subject: DashboardSubject): DashboardModel {
  return { uid: Uids.FLEET, title: "Fleet", panels: [] };
}
