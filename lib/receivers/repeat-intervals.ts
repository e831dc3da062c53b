import { durationSeconds } from "../units";
import { Routing } from "./routing";

/** After how long a message is sent again while nothing changes, where the routing does not say. */
export const REPEAT_INTERVAL = "12h";
/** The same of what is critical. */
export const CRITICAL_REPEAT_INTERVAL = "4h";

/**
 * What is wrong with for how long Alertmanager remembers what it sent, or undefined: what it forgets, it sends again.
 *
 * @param retention a duration that is well-formed, as those of the routing are
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
  return `"${retention}" is shorter than the routing's longest interval (${longest.where}: "${longest.interval}"), and what was sent would be sent again when it is forgotten: make one longer, or the other shorter`;
}

function seconds(duration: string): number {
  return durationSeconds(duration) ?? 0;
}
