import { Matcher } from "./matcher";
import { Inhibition, Routing } from "./routing";
import { WATCHDOG_ALERT, TEST_ALERT } from "./well-known-alerts";

/** Alerts that a server is not there: whatever else is said about it follows from that. */
const SERVER_DOWN_ALERTS = "ServerUnreachable|ServerNeverAppeared";

/** What the alerts that come with us are about, beyond their name. */
const BUILT_IN_SAME_BY = ["monitoring", "instance", "job", "device", "mountpoint", "fstype", "name", "collector"];

/** What silences what: the usual inhibitions, and then those of the user. */
export function inhibitions({ sameBy = BUILT_IN_SAME_BY, inhibitions: own = [] }: Routing): Inhibition[] {
  return [
    {
      source: [Matcher.matches("alertname", SERVER_DOWN_ALERTS)],
      target: [Matcher.matchesNot("alertname", [SERVER_DOWN_ALERTS, WATCHDOG_ALERT, TEST_ALERT].join("|"))],
      equal: ["monitoring", "instance"],
    },
    {
      source: [Matcher.is("severity", "critical")],
      target: [Matcher.is("severity", "warning"), Matcher.isNot("alertname", TEST_ALERT)],
      equal: ["alertname", ...sameBy],
    },
    ...own,
  ];
}
