import { labelNameProblem } from "../names";
import { durationProblem, durationSeconds } from "../units";
import { Receiver } from "./receiver";
import { Inhibition, Route, Routing, TimeInterval } from "./routing";

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Returns the first problem with the names of all receivers, or undefined. */
export function receiversProblem(receivers: readonly Receiver[]): string | undefined {
  const names = new Set<string>();
  const owners = new Map<string, unknown>();
  for (const { name, _integrations } of receivers) {
    if (names.has(name)) return sameName(name);
    names.add(name);
    for (const integration of _integrations) {
      const { owner } = integration;
      if ((owners.get(owner) ?? integration) !== integration) return sameName(owner);
      owners.set(owner, integration);
    }
  }
  return undefined;
}

function sameName(name: string): string {
  return `two receivers have the name "${name}": rename one of them`;
}

/**
 * Returns the first problem with a routing, or undefined.
 *
 * @param receivers names of all receivers
 */
export function routingProblem(routing: Routing, receivers: readonly string[]): string | undefined {
  const { critical, rest, routes = [], timeIntervals = [], inhibitions = [] } = routing;
  const intervals = timeIntervals.map(({ name }) => name);
  const repeated = intervals.find((name, index) => intervals.indexOf(name) !== index);
  return first(
    () => receiverProblem("critical", critical, receivers),
    () => receiverProblem("rest", rest, receivers),
    () => timingProblem(routing),
    () => intervalProblem("criticalRepeatInterval", routing.criticalRepeatInterval),
    () => labelsProblem("sameBy", routing.sameBy),
    () => (repeated === undefined ? undefined : `two timeIntervals have the name "${repeated}": rename one of them`),
    ...timeIntervals.map(
      (interval) => () => within(`timeIntervals, "${interval.name}"`, timeIntervalProblem(interval)),
    ),
    ...routes.map((route, i) => () => within(`routes, number ${i + 1}`, routeProblem(route, receivers, intervals))),
    ...inhibitions.map((inhibition, i) => () => within(`inhibitions, number ${i + 1}`, inhibitionProblem(inhibition))),
  );
}

function routeProblem(route: Route, receivers: readonly string[], intervals: readonly string[]): string | undefined {
  const { mutedDuring = [], activeDuring = [] } = route;
  const unknown = [...mutedDuring, ...activeDuring].find((name) => !intervals.includes(name));
  if (route.matchers.length === 0 && route.continue !== true)
    return "matchers is empty, so the route would take all alerts: add matchers, or set continue: true";
  if (unknown !== undefined) return `unknown time interval "${unknown}": ${choices(intervals, "timeIntervals")}`;
  return receiverProblem("receiver", route.receiver, receivers) ?? timingProblem(route);
}

function timingProblem(
  timing: Pick<Routing, "groupBy" | "groupWait" | "groupInterval" | "repeatInterval">,
): string | undefined {
  return first(
    () => (timing.groupBy?.join() === "..." ? undefined : labelsProblem("groupBy", timing.groupBy)),
    () => (durationSeconds(timing.groupWait ?? "") === 0 ? undefined : intervalProblem("groupWait", timing.groupWait)),
    () => intervalProblem("groupInterval", timing.groupInterval),
    () => intervalProblem("repeatInterval", timing.repeatInterval),
  );
}

function inhibitionProblem({ source, target, equal }: Inhibition): string | undefined {
  if (source.length === 0) return "source is empty, so any alert would inhibit others: add matchers";
  if (target.length === 0) return "target is empty, so all alerts would be inhibited: add matchers";
  return labelsProblem("equal", equal);
}

function timeIntervalProblem({ name, times = [], weekdays = [], timeZone }: TimeInterval): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) return 'the name is invalid: use letters, digits, "_" and "-"';
  const day = weekdays.find((weekday) => !WEEKDAYS.includes(weekday));
  if (day !== undefined) return `"${day}" is not a weekday: use ${WEEKDAYS.join(", ")}`;
  if (timeZone !== undefined && !isTimeZone(timeZone))
    return `"${timeZone}" is not a time zone: use one such as "Europe/Berlin"`;
  return times.map(hoursProblem).find((found) => found !== undefined);
}

function hoursProblem(hours: string): string | undefined {
  const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d|24:00`;
  const [, begin, end] = new RegExp(`^(${clock})-(${clock})$`).exec(hours) ?? [];
  if (begin === undefined || end === undefined) return `"${hours}" is not a time range: use one such as "09:00-17:00"`;
  if (begin < end) return undefined;
  return `"${hours}" ends before it begins: split it at midnight, such as "22:00-24:00" and "00:00-06:00"`;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "" && !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

function receiverProblem(prop: string, name: string | undefined, receivers: readonly string[]): string | undefined {
  if (name === undefined || receivers.includes(name)) return undefined;
  return `${prop}: unknown receiver "${name}": ${choices(receivers, "receivers")}`;
}

function labelsProblem(prop: string, labels: readonly string[] = []): string | undefined {
  const malformed = labels.map(labelNameProblem).find((found) => found !== undefined);
  if (malformed !== undefined) return `${prop}: ${malformed}`;
  const repeated = labels.find((label, index) => labels.indexOf(label) !== index);
  return repeated === undefined ? undefined : `${prop}: "${repeated}" is listed twice: remove one`;
}

function intervalProblem(prop: string, duration: string | undefined): string | undefined {
  if (duration === undefined) return undefined;
  const found = durationProblem(duration);
  return found === undefined ? undefined : `${prop}: ${found}`;
}

function within(where: string, found: string | undefined): string | undefined {
  return found === undefined ? undefined : `${where}: ${found}`;
}

function first(...checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}

function choices(names: readonly string[], prop: string): string {
  if (names.length === 0) return `add it to ${prop}, which is empty`;
  return `use ${names.map((name) => `"${name}"`).join(" or ")}, or add it to ${prop}`;
}
