import { Setting } from "./integration";
import { NULL_RECEIVER } from "./receiver-validation";
import { CRITICAL_REPEAT_INTERVAL, REPEAT_INTERVAL } from "./repeat-intervals";
import { Route, Routing } from "./routing";
import { WATCHDOG_ALERT, TEST_ALERT } from "./well-known-alerts";

/** A route as Alertmanager's configuration has it. */
type RouteSetting = Readonly<Record<string, Setting | undefined>>;

/** The receivers of what is critical and of the rest. */
export interface DefaultReceivers {
  readonly critical: string;
  readonly rest: string;
}

/**
 * Who gets what is critical, and who the rest.
 *
 * @param receivers the names of all
 */
export function defaultReceivers({ critical, rest }: Routing, receivers: readonly string[]): DefaultReceivers {
  const remaining = rest ?? receivers[0] ?? NULL_RECEIVER;
  return { critical: critical ?? remaining, rest: remaining };
}

/**
 * The tree of routes.
 *
 * @param deadMansSwitch the name of the receiver that must hear each minute that alerts still arrive, or undefined
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
      // What a route with `continue` took would end with it, if nothing here took it.
      { receiver: rest },
    ],
  };
}

/**
 * Each minute: groups are looked at every 20 s, and what was sent within 50 s is not sent again. (An interval of one
 * minute for both would skip each second one, for a message is sent a little after its group was looked at.)
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

/** The test alert goes to each of them at once, each trial by itself, and only once: it is over long before it would repeat. */
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
