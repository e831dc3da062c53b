import { durationSeconds } from "../units";
import { Routing } from "./routing";

/** Default time until an unchanged notification is sent again. */
export const REPEAT_INTERVAL = "12h";
/** Default time until an unchanged notification of critical alerts is sent again. */
export const CRITICAL_REPEAT_INTERVAL = "4h";

/**
 * Returns the problem with Alertmanager's retention, or undefined. After the retention, Alertmanager forgets that it
 * sent a notification, and repeats it. Therefore the retention must not be shorter than a repeat interval.
 *
 * @param retention valid duration
 * @param routing routing with valid durations
 */
export function retentionProblem(retention: string, routing: Routing): string | undefined {
  const { repeatInterval = REPEAT_INTERVAL, criticalRepeatInterval = CRITICAL_REPEAT_INTERVAL, routes = [] } = routing;
  const intervals = [
    { where: "repeatInterval", interval: repeatInterval },
    { where: "criticalRepeatInterval", interval: criticalRepeatInterval },
    ...routes.map((route, i) => ({
      where: `routes, number ${i + 1}: repeatInterval`,
      interval: route.repeatInterval ?? repeatInterval,
    })),
  ];
  const longest = intervals.reduce((one, other) => (seconds(other.interval) > seconds(one.interval) ? other : one));
  if (seconds(longest.interval) <= seconds(retention)) return undefined;
  return `"${retention}" is shorter than the longest repeat interval of the routing (${longest.where}: "${longest.interval}"), so notifications would be repeated too early: increase the retention, or shorten the interval`;
}

function seconds(duration: string): number {
  return durationSeconds(duration) ?? 0;
}
