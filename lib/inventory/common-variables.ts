import { groupBy } from "../grouping";
import { Value, Variables } from "./inventory";

/** The variables of a run's hosts, with what most have alike apart. */
export interface SharedVariables {
  /** Variables of the group, which those of a host override. */
  readonly common: Variables;
  readonly hosts: ReadonlyMap<string, Variables>;
}

/** The smallest fleet in which it is worth to look elsewhere for a host's variables. */
const FEWEST = 3;

/**
 * Takes out what more than half of the hosts have alike, so that an inventory grows with what differs and not with the
 * fleet. Only variables that every host has: another one must not get what is not its own.
 */
export function shareVariables(hosts: ReadonlyMap<string, Variables>): SharedVariables {
  if (hosts.size < FEWEST) return { common: {}, hosts };
  const [first = {}] = hosts.values();
  const everywhere = Object.keys(first).filter((name) => [...hosts.values()].every((variables) => name in variables));
  const common = new Map<string, Value>();
  const texts = new Map<string, string>();
  for (const name of everywhere) {
    const alike = groupBy([...hosts.values()], (variables) => JSON.stringify(variables[name]));
    const [text, same] = [...alike].reduce((a, b) => (b[1].length > a[1].length ? b : a));
    const value = same[0]?.[name];
    if (same.length * 2 <= hosts.size || value === undefined) continue;
    common.set(name, value);
    texts.set(name, text);
  }
  const own = (variables: Variables): Variables =>
    Object.fromEntries(Object.entries(variables).filter(([name, value]) => texts.get(name) !== JSON.stringify(value)));
  return {
    common: Object.fromEntries(common),
    hosts: new Map([...hosts].map(([host, variables]) => [host, own(variables)])),
  };
}
