import { Matcher } from "./matcher";

/** A named time interval, during which routes are muted or active. */
export interface TimeInterval {
  /** Name that routes refer to. */
  readonly name: string;
  /**
   * Time ranges such as `09:00-17:00`. Split a range that passes midnight: `22:00-24:00` and `00:00-06:00`.
   *
   * @default - the whole day
   */
  readonly times?: readonly string[];
  /** Days such as `monday`. @default - every day */
  readonly weekdays?: readonly string[];
  /** Time zone such as `Europe/Berlin`. The server needs the package tzdata. @default - UTC */
  readonly timeZone?: string;
}

/**
 * A route for alerts. Alertmanager tries the routes in the order of `routes`, before the default routes.
 *
 * @example
 * { matchers: [Matcher.is("team", "database")], receiver: "database", continue: true }
 */
export interface Route {
  /** Matchers. An alert must satisfy all of them. The list may be empty only in a route with `continue`. */
  readonly matchers: readonly Matcher[];
  /** Name of the receiver that gets the alerts. */
  readonly receiver: string;
  /**
   * Whether the alerts of the route also go to the following routes, and finally to their default receiver.
   *
   * @default false
   */
  readonly continue?: boolean;
  /**
   * Labels that group alerts: alerts with the same values share one notification. `["..."]` disables grouping.
   *
   * @default - `groupBy` of the routing
   */
  readonly groupBy?: readonly string[];
  /**
   * Time that the first notification of a group waits for more alerts.
   *
   * @default - `groupWait` of the routing
   */
  readonly groupWait?: string;
  /**
   * Time until new or resolved alerts of a group are sent.
   *
   * @default - `groupInterval` of the routing
   */
  readonly groupInterval?: string;
  /**
   * Time until an unchanged notification is sent again.
   *
   * @default - `repeatInterval` of the routing
   */
  readonly repeatInterval?: string;
  /** Names of time intervals in which the route sends nothing. @default - none */
  readonly mutedDuring?: readonly string[];
  /** Names of the only time intervals in which the route sends notifications. @default - always active */
  readonly activeDuring?: readonly string[];
}

/** Suppresses notifications of some alerts while other alerts, which explain them, fire. */
export interface Inhibition {
  /** Matchers of the alerts that inhibit others while they fire. */
  readonly source: readonly Matcher[];
  /** Matchers of the alerts that are inhibited. */
  readonly target: readonly Matcher[];
  /** Labels that must have the same value in both alerts. A label that neither alert has counts as equal. */
  readonly equal: readonly string[];
}

/**
 * Which receiver gets which alerts, and how often.
 *
 * @example
 * {
 *   critical: "pager",
 *   rest: "slack",
 *   routes: [{ matchers: [Matcher.is("team", "database")], receiver: "database", continue: true }],
 * }
 */
export interface Routing {
  /** Name of the receiver of critical alerts. @default - the receiver `rest` */
  readonly critical?: string;
  /** Name of the receiver of all other alerts. @default - the first receiver */
  readonly rest?: string;
  /**
   * Labels that group alerts: alerts with the same values share one notification. `["..."]` disables grouping.
   *
   * @default ["alertname", "instance"]
   */
  readonly groupBy?: readonly string[];
  /** Time that the first notification of a group waits for more alerts, as a duration. @default "30s" */
  readonly groupWait?: string;
  /** Time until new or resolved alerts of a group are sent, as a duration. @default "5m" */
  readonly groupInterval?: string;
  /** Time until an unchanged notification is sent again, as a duration. @default "12h" */
  readonly repeatInterval?: string;
  /** Time until an unchanged notification of critical alerts is sent again, as a duration. @default "4h" */
  readonly criticalRepeatInterval?: string;
  /** Routes that Alertmanager tries before the default routes. @default - none */
  readonly routes?: readonly Route[];
  /** Time intervals that `routes` refer to. @default - none */
  readonly timeIntervals?: readonly TimeInterval[];
  /**
   * Labels that identify the subject of an alert. A critical alert inhibits a warning with the same name and the same
   * values of these labels.
   *
   * @default - the labels of the built-in alerts
   */
  readonly sameBy?: readonly string[];
  /** Inhibitions in addition to the default ones. @default - none */
  readonly inhibitions?: readonly Inhibition[];
}
