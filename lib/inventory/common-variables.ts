import { groupBy } from "../grouping";
import { Value, Variables } from "./variables";

/** The variables of a run's hosts. Values that most hosts share are listed only once. */
export interface SharedVariables {
  /** Variables of the group. Those of a host override them. */
  readonly common: Variables;
  readonly hosts: ReadonlyMap<string, Variables>;
}

/** Minimum number of hosts for sharing. In a smaller inventory, the saved space is not worth the lost readability. */
const MIN_HOSTS = 3;

/**
 * Moves values that more than half of the hosts share to the group, so that an additional host adds only the values
 * that differ. Only variables that every host has are shared, because a variable of the group applies to every host.
 */
export function shareVariables(hosts: ReadonlyMap<string, Variables>): SharedVariables {
  if (hosts.size < MIN_HOSTS) return { common: {}, hosts };
  const [first = {}] = hosts.values();
  const everywhere = Object.keys(first).filter((name) => [...hosts.values()].every((variables) => name in variables));
  const common = new Map<string, Value>();
  const texts = new Map<string, string>();
  for (const name of everywhere) {
    const byText = groupBy([...hosts.values()], (variables) => JSON.stringify(variables[name]));
    const [text, same] = [...byText].reduce((a, b) => (b[1].length > a[1].length ? b : a));
    const value = same[0]?.[name];
    if (same.length * 2 <= hosts.size || value === undefined) continue;
    common.set(name, value);
    texts.set(name, text);
  }
  const different = (variables: Variables): Variables =>
    Object.fromEntries(Object.entries(variables).filter(([name, value]) => texts.get(name) !== JSON.stringify(value)));
  return {
    common: Object.fromEntries(common),
    hosts: new Map([...hosts].map(([host, variables]) => [host, different(variables)])),
  };
}
