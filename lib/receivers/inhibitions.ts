import { Matcher } from "./matcher";
import { Inhibition, Routing } from "./routing";
import { OVER_LIMIT_ALERT, TEST_ALERT, WATCHDOG_ALERT } from "./well-known-alerts";

/** Alerts about a server that is unreachable. All other alerts about the server, except its cause, follow from them. */
const SERVER_DOWN_ALERTS = "ServerUnreachable|ServerNeverAppeared";

/** Labels that identify the subject of a built-in alert. */
const BUILT_IN_SAME_BY = [
  "monitoring",
  "instance",
  "job",
  "device",
  "mountpoint",
  "fstype",
  "name",
  "collector",
  "chip",
  "sensor",
  "controller",
  "alertmanager",
  "component",
];

/** Returns the default inhibitions, followed by the user's. */
export function inhibitions({ sameBy = BUILT_IN_SAME_BY, inhibitions: userProvided = [] }: Routing): Inhibition[] {
  return [
    {
      source: [Matcher.matches("alertname", SERVER_DOWN_ALERTS)],
      target: [
        Matcher.matchesNot("alertname", [SERVER_DOWN_ALERTS, OVER_LIMIT_ALERT, WATCHDOG_ALERT, TEST_ALERT].join("|")),
      ],
      equal: ["monitoring", "instance"],
    },
    {
      source: [Matcher.is("severity", "critical")],
      target: [Matcher.is("severity", "warning"), Matcher.isNot("alertname", TEST_ALERT)],
      equal: ["alertname", ...sameBy],
    },
    ...userProvided,
  ];
}
