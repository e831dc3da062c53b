/** Alert that always fires. It proves to the dead man's switch that alerts are delivered. */
export const WATCHDOG_ALERT = "Watchdog";

/** Alert that `npm run verify` sends to check the delivery to the receivers. */
export const TEST_ALERT = "MonitoringTest";
