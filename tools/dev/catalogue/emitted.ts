import type { Definition, Prefix } from "./sources/definitions";

/** The metrics that the packages of a program define, which the program does not necessarily register. */
export interface Sources {
  /** Path of the program's Go module. */
  readonly module: string;
  readonly definitions: readonly Definition[];
  readonly prefixes: readonly Prefix[];
}

/**
 * Returns the definitions whose metrics the program can emit, with the names that they have there. A program contains
 * many packages whose metrics it never registers, and it puts prefixes before the names of some packages. Both follow from
 * the metrics that were observed.
 */
export function emittedDefinitions(
  { module, definitions, prefixes }: Sources,
  observed: ReadonlySet<string>,
): Definition[] {
  const namespaces = new Set([...observed].map(namespaceOf));
  const byPackage = new Map<string, Definition[]>();
  for (const each of definitions) byPackage.set(each.package, [...(byPackage.get(each.package) ?? []), each]);
  return [...byPackage].flatMap(([path, defined]) => {
    const named = withPrefixes(path, defined, prefixes, observed);
    const isEmitting = path.startsWith(`${module}/`) || named.some(({ name }) => observed.has(name));
    // Nothing is known about the namespaces of a program that never ran.
    return isEmitting ? named.filter(({ name }) => observed.size === 0 || namespaces.has(namespaceOf(name))) : [];
  });
}

/** The part of a metric's name that tells which program emits it. */
function namespaceOf(name: string): string {
  return name.split("_")[0] ?? name;
}

/** Adds the prefixes with which metrics of a package were observed. */
function withPrefixes(
  path: string,
  defined: readonly Definition[],
  prefixes: readonly Prefix[],
  observed: ReadonlySet<string>,
): readonly Definition[] {
  const bare = defined.filter(({ name }) => !observed.has(name));
  const all = new Set(prefixes.map(({ prefix }) => prefix));
  const used = [...all].filter((prefix) => bare.some(({ name }) => observed.has(prefix + name)));
  if (used.length === 0) return defined;
  const own = prefixes.filter((each) => each.package === path).map(({ prefix }) => prefix);
  const added = [...new Set([...used, ...own])];
  return defined.flatMap((each) => {
    const isComplete = observed.has(each.name) || added.some((prefix) => each.name.startsWith(prefix));
    return isComplete ? [each] : added.map((prefix) => ({ ...each, name: prefix + each.name }));
  });
}
