import { Matcher } from "./matcher";
import { Inhibition, Routing } from "./routing";
import { DEAD_MANS_ALERT, TEST_ALERT } from "./special-alerts";

/** Alerts that a server is not there: whatever else is said about it follows from that. */
const ABSENT = "ServerUnreachable|ServerNeverAppeared";

/** What the alerts that come with us are about, beyond their name. */
const SAME_BY = ["monitoring", "instance", "job", "device", "mountpoint", "fstype", "name", "collector"];

/** What silences what: the usual inhibitions, and then those of the user. */
export function inhibitions({ sameBy = SAME_BY, inhibitions: own = [] }: Routing): Inhibition[] {
  return [
    {
      source: [Matcher.matches("alertname", ABSENT)],
      target: [Matcher.matchesNot("alertname", [ABSENT, DEAD_MANS_ALERT, TEST_ALERT].join("|"))],
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
