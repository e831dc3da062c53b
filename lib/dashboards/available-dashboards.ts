import { DashboardSubject } from "./dashboard";
import { applicationJobs } from "./logs/log-jobs";
import { Uids } from "./uids";

/** The own dashboards that have something to show, by their uids, with what people call them. */
export function availableDashboards(subject: DashboardSubject): ReadonlyMap<string, string> {
  const logs = subject.kinds.has("loki");
  return new Map<string, string>([
    [Uids.FLEET, "Fleet"],
    [Uids.SERVER, "Server"],
    [Uids.SELF_MONITORING, "Monitoring itself"],
    ...(logs && applicationJobs(subject).length > 0 ? [[Uids.APPLICATION_LOGS, "Application logs"] as const] : []),
    ...(logs ? [[Uids.AUDIT, "Audit"] as const, [Uids.MONITORING_LOGS, "Monitoring logs"] as const] : []),
  ]);
}
