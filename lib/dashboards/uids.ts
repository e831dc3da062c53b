/** Uids of the built-in dashboards. They never change, because links in dashboards and notifications contain them. */
export const Uids = {
  FLEET: "cdktf-monitoring-fleet",
  SERVER: "cdktf-monitoring-server",
  SELF_MONITORING: "cdktf-monitoring-monitoring",
  APPLICATION_LOGS: "cdktf-monitoring-logs",
  AUDIT: "cdktf-monitoring-audit",
  MONITORING_LOGS: "cdktf-monitoring-own-logs",
} as const;

/** Uid of a built-in dashboard. */
export type BuiltInUid = (typeof Uids)[keyof typeof Uids];

/** Titles of the built-in dashboards. */
export const DASHBOARD_TITLES: Readonly<Record<BuiltInUid, string>> = {
  [Uids.FLEET]: "Fleet",
  [Uids.SERVER]: "Server",
  [Uids.SELF_MONITORING]: "Self-monitoring",
  [Uids.APPLICATION_LOGS]: "Application logs",
  [Uids.AUDIT]: "Audit",
  [Uids.MONITORING_LOGS]: "Monitoring logs",
};
