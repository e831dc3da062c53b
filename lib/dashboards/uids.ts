/** The uids of the own dashboards. Links name them, also those in alerts: they never change. */
export const Uids = {
  FLEET: "cdktf-monitoring-fleet",
  SERVER: "cdktf-monitoring-server",
  SELF_MONITORING: "cdktf-monitoring-monitoring",
  APPLICATION_LOGS: "cdktf-monitoring-logs",
  AUDIT: "cdktf-monitoring-audit",
  MONITORING_LOGS: "cdktf-monitoring-own-logs",
} as const;
