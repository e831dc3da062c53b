import { Matcher } from "./matcher";

/** Hours of days in which something holds. */
export interface TimeInterval {
  /** By which routes name it. */
  readonly name: string;
  /** Parts of a day as `09:00-17:00`; one that passes midnight is two: `22:00-24:00` and `00:00-06:00`. @default - all day */
  readonly times?: readonly string[];
  /** Days as `monday`. @default - all days */
  readonly weekdays?: readonly string[];
  /** The time zone, as `Europe/Berlin`, which the server must know (package tzdata). @default - UTC */
  readonly timeZone?: string;
}

/** A route of your own: before the usual ones, in their order. */
export interface Route {
  /** What alerts it takes: those that match all. Only one with `continue` may do without. */
  readonly matchers: readonly Matcher[];
  /** The name of the receiver that gets them. */
  readonly receiver: string;
  /**
   * Whether those that it takes go on to the routes after it, and by the usual ones also to the usual receiver.
   *
   * @default false
   */
  readonly continue?: boolean;
  /**
   * Alerts of this route that have these labels in common come in one message.
   *
   * @default - as the routing has it
   */
  readonly groupBy?: readonly string[];
  /**
   * How long the first message of a group waits for more of it.
   *
   * @default - as the routing has it
   */
  readonly groupWait?: string;
  /**
   * After how long a message tells what was added to a group, or is over.
   *
   * @default - as the routing has it
   */
  readonly groupInterval?: string;
  /**
   * After how long a message is sent again while nothing changes.
   *
   * @default - as the routing has it
   */
  readonly repeatInterval?: string;
  /** The names of time intervals in which it sends nothing. @default - none */
  readonly mutedDuring?: readonly string[];
  /** The names of time intervals in which alone it sends. @default - always */
  readonly activeDuring?: readonly string[];
}

/** Silences alerts while others, of which they only follow, are firing. */
export interface Inhibition {
  /** Alerts like these, while they fire, … */
  readonly source: readonly Matcher[];
  /** … silence alerts like these, … */
  readonly target: readonly Matcher[];
  /** … which have these labels in common with them (to lack one both is in common too). */
  readonly equal: readonly string[];
}

/** Who gets which alerts, and how often. */
export interface Routing {
  /** The name of the receiver of what is critical. @default - the receiver of the rest */
  readonly critical?: string;
  /** The name of the receiver of all that no other has got. @default - the first receiver */
  readonly rest?: string;
  /**
   * Alerts that have these labels in common come in one message.
   *
   * @default ["alertname", "instance"]
   */
  readonly groupBy?: readonly string[];
  /** How long the first message of a group waits for more of it. @default "30s" */
  readonly groupWait?: string;
  /** After how long a message tells what was added to a group, or is over. @default "5m" */
  readonly groupInterval?: string;
  /** After how long a message is sent again while nothing changes. @default "12h" */
  readonly repeatInterval?: string;
  /** The same of what is critical. @default "4h" */
  readonly criticalRepeatInterval?: string;
  /** Routes of your own, which go before these. @default - none */
  readonly routes?: readonly Route[];
  /** Time intervals for routes of your own. @default - none */
  readonly timeIntervals?: readonly TimeInterval[];
  /**
   * Labels by which two alerts of one name are about the same thing: of that, what is critical silences the warning.
   *
   * @default - the labels that this library's alerts have
   */
  readonly sameBy?: readonly string[];
  /** Inhibitions of your own, beside the usual ones. @default - none */
  readonly inhibitions?: readonly Inhibition[];
}
