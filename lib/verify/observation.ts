/** The report of verify.py about a server. */
export interface Answer {
  /** `key=value`; a key may be repeated. */
  readonly lines?: readonly string[];
  /** Why the server is unreachable. */
  readonly unreachable?: string;
  /** Why the server could not be observed. */
  readonly failed?: string;
}

/** An installed service of a component. */
export interface Service {
  /** Kind of the component. */
  readonly kind: string;
  /** State according to systemd, such as `active` or `failed`. */
  readonly state: string;
  /** Whether the service starts at boot. */
  readonly enabled: boolean;
  /** Installed version; empty if there is none. */
  readonly version: string;
}

/** A change to a component on a server since its last deploy. */
export interface Drift {
  /** Kind of the component, or `firewall`. */
  readonly component: string;
  /** Whether the run of the component repairs the change. It does not remove files of others. */
  readonly repairable: boolean;
  readonly path: string;
  /** What changed, as the end of a sentence that begins with the path. */
  readonly change: string;
}

/** The certificate of a component on a server. */
export interface Certificate {
  /** Kind of the component. */
  readonly component: string;
  /** When the certificate ends, in seconds since 1970; 0 if a host name has no certificate. */
  readonly end: number;
  /** Host name, if an ACME server issues the certificate; empty for a certificate of the transport. */
  readonly name: string;
}

/** The state of a server. */
export interface Observation {
  readonly name: string;
  /** Why the server could not be observed; undefined if it was. */
  readonly error?: string;
  /** The controller's address as the server sees it. */
  readonly controllerAddress?: string;
  /** State of the firewall table: `intact`, `changed`, `missing`, or `unknown` if nftables is missing. */
  readonly table: string;
  /** Whether the firewall rules are those of the last deploy. */
  readonly rulesCurrent: boolean;
  /** Whether the firewall is loaded at boot. */
  readonly firewallEnabled: boolean;
  /** The services that the monitoring installed. */
  readonly services: readonly Service[];
  /** Changes since the last deploy; undefined if the server could not be compared with it. */
  readonly drift?: readonly Drift[];
  /** The certificates of an encrypted transport, and those of host names. */
  readonly certificates: readonly Certificate[];
  /** Seconds since boot; undefined if unknown. */
  readonly uptime?: number;
  /** Settings of the server that bypass the firewall. */
  readonly firewallConflicts: readonly string[];
  /** Results of the connections from this server, in the order of the plan. */
  readonly connections: readonly string[];
  /** Results of the checks on this server, by kind of component. */
  readonly checks: ReadonlyMap<string, unknown>;
}

/** Parses the answer of a server. */
export function readObservation(name: string, answer: Answer | undefined): Observation {
  const lines = answer?.lines ?? [];
  const all = (key: string): string[] =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  const [table = "unknown"] = all("table");
  const [connections = "[]"] = all("connections");
  const checks = all("check").map((line): [string, unknown] => {
    const [kind = "", ...words] = line.split(" ");
    return [kind, readJson(words.join(" "))];
  });
  const error = answer?.unreachable ?? answer?.failed ?? (answer ? undefined : "no answer from verify.py");
  return {
    name,
    ...(error === undefined ? {} : { error }),
    controllerAddress: all("peer")[0]?.split(" ")[0],
    table,
    rulesCurrent: all("rules").includes("current"),
    firewallEnabled: all("unit").includes("enabled"),
    services: all("service").map(readService),
    drift: all("drift").includes("compared") ? readDrift(all("drift")) : undefined,
    certificates: all("certificate").map(readCertificate),
    uptime: all("uptime").map(Number)[0],
    firewallConflicts: all("conflict"),
    connections: (readJson(connections) ?? []) as readonly string[],
    checks: new Map(checks),
  };
}

/** Parses lines of component, repair, path and change, separated by tabs; ignores other lines. */
export function readDrift(lines: readonly string[]): Drift[] {
  return lines
    .map((line) => line.split("\t"))
    .filter((words) => words.length === 4)
    .map(([component = "", repair, path = "", change = ""]) => ({
      component,
      repairable: repair === "run",
      path,
      change,
    }));
}

function readCertificate(line: string): Certificate {
  const [component = "", end = "", name = ""] = line.split("\t");
  return { component, end: Number(end), name };
}

function readService(line: string): Service {
  const [kind = "", state = "", file = "", version = ""] = line.split(" ");
  return { kind, state, enabled: file === "enabled", version };
}

/** Parses JSON; undefined if it is malformed, so that the check that needs the value is not measured. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
