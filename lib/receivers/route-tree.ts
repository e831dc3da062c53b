import { Setting } from "./integration";
import { NULL_RECEIVER } from "./receiver-validation";
import { CRITICAL_REPEAT_INTERVAL, REPEAT_INTERVAL } from "./repeat-intervals";
import { Route, Routing } from "./routing";
import { WATCHDOG_ALERT, TEST_ALERT } from "./well-known-alerts";

/** A route in Alertmanager's configuration. */
type RouteSetting = Readonly<Record<string, Setting | undefined>>;

/** Names of the receivers of critical alerts and of all others. */
export interface DefaultReceivers {
  readonly critical: string;
  readonly rest: string;
}

/**
 * Returns the default receivers of a routing.
 *
 * @param receivers names of all receivers
 */
export function defaultReceivers({ critical, rest }: Routing, receivers: readonly string[]): DefaultReceivers {
  const other = rest ?? receivers[0] ?? NULL_RECEIVER;
  return { critical: critical ?? other, rest: other };
}

/**
 * Returns the tree of routes: the routes of the dead man's switch and the test alert, the user's routes, and the
 * default routes.
 *
 * @param deadMansSwitch name of the receiver that is pinged every minute; undefined if there is none
 */
export function routeTree(
  routing: Routing,
  { critical, rest }: DefaultReceivers,
  deadMansSwitch: string | undefined,
): RouteSetting {
  const { groupBy = ["alertname", "instance"], groupWait = "30s", groupInterval = "5m" } = routing;
  const { repeatInterval = REPEAT_INTERVAL, criticalRepeatInterval = CRITICAL_REPEAT_INTERVAL } = routing;
  return {
    receiver: rest,
    group_by: groupBy,
    group_wait: groupWait,
    group_interval: groupInterval,
    repeat_interval: repeatInterval,
    routes: [
      watchdogRoute(deadMansSwitch ?? NULL_RECEIVER),
      testAlertRoute([...new Set([critical, rest])]),
      ...(routing.routes ?? []).map(userRoute),
      { matchers: ['severity="critical"'], receiver: critical, repeat_interval: criticalRepeatInterval },
      // Without this route, an alert that a route with `continue` matched would not reach the default receiver.
      { receiver: rest },
    ],
  };
}

/**
 * Sends a ping every minute: every 20 s, Alertmanager sends the group unless it did so in the last 50 s. If both
 * intervals were one minute, every second ping would be skipped, because a notification is sent shortly after the
 * group's interval.
 */
function watchdogRoute(receiver: string): RouteSetting {
  return {
    matchers: [`alertname="${WATCHDOG_ALERT}"`],
    receiver,
    group_by: ["alertname"],
    group_wait: "0s",
    group_interval: "20s",
    repeat_interval: "50s",
  };
}

/**
 * Sends each test alert to every receiver at once, ungrouped, and only once: it is resolved long before it would
 * repeat.
 */
function testAlertRoute(receivers: readonly string[]): RouteSetting {
  return {
    matchers: [`alertname="${TEST_ALERT}"`],
    group_by: ["..."],
    group_wait: "0s",
    group_interval: "10s",
    repeat_interval: "5d",
    routes: receivers.map((receiver) => ({ receiver, continue: true })),
  };
}

function userRoute(route: Route): RouteSetting {
  return {
    matchers: route.matchers.map(String),
    receiver: route.receiver,
    continue: route.continue,
    group_by: route.groupBy,
    group_wait: route.groupWait,
    group_interval: route.groupInterval,
    repeat_interval: route.repeatInterval,
    mute_time_intervals: route.mutedDuring,
    active_time_intervals: route.activeDuring,
  };
}
