/**
 * Metrics of the program `drift.py`, which the role `node_exporter` installs. The textfile collector of
 * the node exporter reads them.
 */
export const DRIFT_METRICS = [
  "monitoring_certificate_expiry_timestamp_seconds",
  "monitoring_deployed_change",
  "monitoring_deployed_changes",
  "monitoring_drift_check_timestamp_seconds",
  "monitoring_firewall_intact",
] as const;
