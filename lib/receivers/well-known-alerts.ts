/** The alert that always fires: a sign of life of the whole way, for the dead man's switch. */
export const WATCHDOG_ALERT = "Watchdog";

/** The alert by which `npm run verify` tries the way to the receivers. */
export const TEST_ALERT = "MonitoringTest";
