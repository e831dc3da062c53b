/** Alert that always fires. It proves to the dead man's switch that alerts are delivered. */
export const WATCHDOG_ALERT = "Watchdog";

/** Alert about a target whose scrapes exceed a limit. If the target is a node exporter, its server counts as unreachable. */
export const OVER_LIMIT_ALERT = "PrometheusScrapesOverLimit";

/** Alert that `npm run verify` sends to check the delivery to the receivers. */
export const TEST_ALERT = "MonitoringTest";
