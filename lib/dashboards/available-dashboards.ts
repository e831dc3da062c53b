import { DashboardSubject } from "./dashboard-subject";
import { applicationJobs } from "./logs/log-jobs";
import { BuiltInUid, DASHBOARD_TITLES, Uids } from "./uids";

/** Returns the titles, by uid, of the built-in dashboards for which the monitoring has data. */
export function availableDashboards(subject: DashboardSubject): ReadonlyMap<string, string> {
  const hasLoki = subject.kinds.has("loki");
  const uids: readonly BuiltInUid[] = [
    Uids.FLEET,
    Uids.SERVER,
    Uids.SELF_MONITORING,
    ...(hasLoki && applicationJobs(subject).length > 0 ? [Uids.APPLICATION_LOGS] : []),
    ...(hasLoki ? [Uids.AUDIT, Uids.MONITORING_LOGS] : []),
  ];
  return new Map(uids.map((uid) => [uid, DASHBOARD_TITLES[uid]]));
}
