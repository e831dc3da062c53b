import { Api, Entry, namesIn } from "./model";

/** A page: a class, and the types that it is the first to use. */
export interface Page {
  /** The page's file, without `.md`. */
  readonly name: string;
  /** The class that it is about; none for the page of all that has no class. */
  readonly subject?: Entry;
  /** What else is described on it, in the order of its use. */
  readonly types: readonly Entry[];
}

/** Pages that belong together. */
export interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}

/** Which classes have pages, in the order in which people meet them. */
const SECTIONS: readonly (readonly [title: string, ...classes: string[]])[] = [
  ["What is watched", "Monitoring", "MonitoringHost", "MonitoredServer", "FirewalledServer", "ExporterFirewall"],
  ["What watches", "Prometheus", "Alertmanager", "Grafana", "Loki"],
  ["Servers on this machine", "LocalNetwork", "LocalServer"],
  ["Servers on EC2", "AwsNetwork", "AwsServer", "KeyPair"],
  ["Servers that you already have", "ExistingNetwork", "ExistingServer"],
  ["Values", "Alert", "Receiver", "Matcher", "Dashboard", "LogSource", "LogAgent", "Secret", "Artifacts"],
  ["Who reaches what", "Access", "AccessPeer", "Peer", "Port"],
  ["Of your own", "PlaybookRun", "Component"],
];

/** The page of what is handed to whoever extends the library, and has none of its own. */
const REST = "types";

/**
 * The pages of the API.
 *
 * @throws when a class that has a page is not exported
 */
export function pagesOf({ entries }: Api): Section[] {
  const of = (name: string): Entry => {
    const found = entries.get(name);
    if (!found) throw new Error(`a page is about ${name}, which is not exported`);
    return found;
  };
  const subjects = SECTIONS.flatMap(([, ...classes]) => classes);
  const taken = new Set(subjects);
  const take = (names: readonly string[]): Entry[] =>
    names.flatMap((name) => {
      const entry = of(name);
      if (taken.has(name) || entry.kind === "class") return [];
      taken.add(name);
      // What it has from its bases, it is described with.
      return [entry, ...take(namesIn(entry.kind === "type" ? entry : { ...entry, bases: [] }))];
    });
  const sections = SECTIONS.map(([title, ...classes]) => ({
    title,
    // What its constructor and its factories take: what else it is handed is for those who extend it.
    pages: classes.map((name) => ({ name, subject: of(name), types: take(namesIn(forUsers(of(name)))) })),
  }));
  const rest = [...entries.values()].filter(({ name }) => !taken.has(name));
  return [...sections, { title: "For whoever extends it", pages: [{ name: REST, types: rest }] }];
}

/** A class as far as users construct it. */
function forUsers(entry: Entry): Entry {
  return { ...entry, bases: [], properties: [], methods: entry.name === "ExporterFirewall" ? entry.methods : [] };
}
