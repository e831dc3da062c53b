/** What a server said of itself, or why it said nothing. */
export interface Answer {
  /** `key=value`; a key may be repeated. */
  readonly lines?: readonly string[];
  /** Why it was not reached. */
  readonly unreachable?: string;
  /** Why it could not be looked at. */
  readonly failed?: string;
}

/** A service of ours, as it was found on a server. */
export interface Service {
  /** The component's kind. */
  readonly kind: string;
  /** What systemd calls its state, such as `active` or `failed`. */
  readonly state: string;
  /** Whether it starts at boot. */
  readonly enabled: boolean;
  /** The version that is installed; empty where there is none. */
  readonly version: string;
}

/** A server as it was found. */
export interface Observation {
  readonly name: string;
  /** Why nothing is known of it, where that is so. */
  readonly silent?: string;
  /** By what address it sees this machine. */
  readonly controller?: string;
  /** `intact`, `changed`, `missing`, or `unknown` where nft is missing. */
  readonly table: string;
  /** Whether its rules are those of the last deploy. */
  readonly current: boolean;
  /** Whether they are loaded at boot. */
  readonly enabled: boolean;
  /** The services that we installed. */
  readonly services: readonly Service[];
  /** For how long it has been up, in seconds; undefined where it did not say. */
  readonly up?: number;
  /** What on it works against the firewall. */
  readonly conflicts: readonly string[];
  /** What came of what was tried from there, in its order. */
  readonly found: readonly string[];
  /** What its components said, by kind. */
  readonly said: ReadonlyMap<string, unknown>;
}

/** Reads what a server said. */
export function readObservation(name: string, answer: Answer | undefined): Observation {
  const lines = answer?.lines ?? [];
  const all = (key: string): string[] =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  const [table = "unknown"] = all("table");
  const [found = "[]"] = all("found");
  const said = all("said").map((line): [string, unknown] => {
    const [kind = "", ...words] = line.split(" ");
    return [kind, readJson(words.join(" "))];
  });
  const silent = answer?.unreachable ?? answer?.failed ?? (answer ? undefined : "nobody looked at it");
  return {
    name,
    ...(silent === undefined ? {} : { silent }),
    controller: all("peer")[0]?.split(" ")[0],
    table,
    current: all("rules").includes("current"),
    enabled: all("unit").includes("enabled"),
    services: all("service").map(readService),
    up: all("up").map(Number)[0],
    conflicts: all("conflict"),
    found: (readJson(found) ?? []) as readonly string[],
    said: new Map(said),
  };
}

function readService(line: string): Service {
  const [kind = "", state = "", file = "", version = ""] = line.split(" ");
  return { kind, state, enabled: file === "enabled", version };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever needs it says that it is missing
  }
}
