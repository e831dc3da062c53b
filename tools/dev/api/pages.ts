import { Api, Entry, namesIn } from "./model";

/** A page: a class, and the types that no earlier page describes. */
export interface Page {
  /** Name of the page's file, without `.md`. */
  readonly name: string;
  /** The class that the page describes. @default - the page lists types only */
  readonly subject?: Entry;
  /** The other types on the page, in the order in which they are used. */
  readonly types: readonly Entry[];
}

/** A group of pages. */
export interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}

/** The classes that have pages. */
const SECTIONS: readonly (readonly [title: string, ...classes: string[]])[] = [
  ["Members", "Monitoring", "MonitoringHost", "MonitoredServer", "FirewalledServer", "ExporterFirewall"],
  ["Components", "Prometheus", "Alertmanager", "Grafana", "Loki"],
  ["Local servers", "LocalNetwork", "LocalServer"],
  ["Existing servers", "ExistingNetwork", "ExistingServer"],
  ["Servers on EC2", "AwsNetwork", "AwsServer", "KeyPair"],
  ["Alerts and notifications", "Alert", "Receiver", "Matcher"],
  ["Dashboards, logs and settings", "Dashboard", "LogSource", "LogAgent", "Secret", "Artifacts"],
  ["Allowed connections", "Access", "AccessPeer", "Peer", "Port"],
  ["Extensions", "PlaybookRun", "Component"],
];

/** The page of the types that only extensions use. */
const REST = "types";

/**
 * Arranges the API in pages.
 *
 * @throws Error if a class that has a page is not exported
 */
export function pagesOf({ entries }: Api): Section[] {
  const of = (name: string): Entry => {
    const found = entries.get(name);
    if (!found) throw new Error(`${name} has a page in the API reference, but it is not exported`);
    return found;
  };
  const subjects = SECTIONS.flatMap(([, ...classes]) => classes);
  const described = new Set(subjects);
  const describe = (names: readonly string[]): Entry[] =>
    names.flatMap((name) => {
      const entry = of(name);
      if (described.has(name) || entry.kind === "class" || entry.doc.extension) return [];
      described.add(name);
      // The properties of an interface include those of its bases, so the bases need no description.
      return [entry, ...describe(namesIn(entry.kind === "type" ? entry : { ...entry, bases: [] }))];
    });
  const sections = SECTIONS.map(([title, ...classes]) => ({
    title,
    pages: classes.map((name) => ({ name, subject: of(name), types: describe(namesIn(forUsers(of(name)))) })),
  }));
  const rest = [...entries.values()].filter(({ name }) => !described.has(name));
  return [...sections, { title: "Types for extensions", pages: [{ name: REST, types: rest }] }];
}

/** A class reduced to its members that users call. The types of all other members are for extensions. */
function forUsers(entry: Entry): Entry {
  return { ...entry, bases: [], properties: [], methods: entry.name === "ExporterFirewall" ? entry.methods : [] };
}
