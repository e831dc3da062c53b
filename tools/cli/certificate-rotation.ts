import { runGroup } from "../../lib/inventory/inventory";
import { contract } from "../../lib/contract";
import { RunCommand } from "./deployed-runs";
import { Log } from "./process";

/** The state of a certificate authority, as `rotate.py` prints it. */
export interface AuthorityState {
  /** Server that keeps the authority. */
  readonly server: string;
  /** Phase of its replacement; 0 if it is not being replaced. */
  readonly phase: number;
  /** Last day on which the authority that signs is valid. */
  readonly until: string;
}

/** A run that gives certificates to components, by the name that users type. */
export interface CertificateRun {
  readonly name: string;
  readonly servers: readonly string[];
}

/** The operations of a rotation. */
export interface Rotation {
  readonly runs: readonly CertificateRun[];
  /** Reads the state of the authority. If a completed phase is given, begins the next one first. */
  authority(completed?: number): Promise<AuthorityState>;
  /** Brings the certificates of a run to the state of the authority, and returns the servers on which that failed. */
  apply(run: CertificateRun): Promise<readonly string[]>;
}

const PHASES: readonly string[] = [
  "",
  "all components trust the new authority in addition to the old one",
  "all components get certificates of the new authority",
  "all components stop trusting the old authority",
];

/** The authority and the runs with certificates of one Monitoring of a deployed stack. */
export interface Certificates {
  readonly authority: RunCommand;
  readonly runs: readonly (CertificateRun & { readonly command: RunCommand })[];
}

/**
 * The Monitorings of a deployed stack that have a certificate authority.
 *
 * @param commands the runs by the names that users type
 */
export function certificatesOf(commands: ReadonlyMap<string, RunCommand>): Certificates[] {
  const authorities = [...commands].filter(([, { name }]) => name === contract.runs.authority);
  return authorities.map(([name, authority]) => {
    const prefix = name.slice(0, name.length - contract.runs.authority.length);
    const own = [...commands].filter(([each, { name: run }]) => each === `${prefix}${run}`);
    const runs = own.map(([each, command]) => ({ name: each, servers: serversWithCertificates(command), command }));
    return { authority, runs: runs.filter(({ servers }) => servers.length > 0) };
  });
}

/** The parts of an inventory that are read here. */
interface Inventory {
  readonly all: { readonly children: Readonly<Record<string, Group | undefined>> };
}

interface Group {
  readonly hosts?: Readonly<Record<string, object | null>>;
  readonly vars?: object;
}

function serversWithCertificates({ name, inventory }: RunCommand): string[] {
  const { hosts = {}, vars = {} } = (JSON.parse(inventory) as Inventory).all.children[runGroup(name)] ?? {};
  const servers = Object.entries(hosts).filter(([, own]) => "monitoring_certificate" in { ...vars, ...own });
  return servers.map(([server]) => server).sort();
}

/** The state of a rotation, for people. */
export function describe({ server, phase, until }: AuthorityState): string {
  const where = `The authority is on ${server}, and valid until ${until}.`;
  if (phase === 0) return `${where} No rotation is in progress.`;
  return `${where} A rotation is in phase ${phase} of 3: ${PHASES[phase] ?? ""}.`;
}

/**
 * Replaces a certificate authority and all certificates, or continues where an earlier call ended. The authority begins a
 * phase only after the one before is complete on all servers, so that both sides of each connection trust each other at
 * any moment.
 *
 * @param again command line that repeats the call
 * @returns whether the rotation is complete
 */
export async function rotate(rotation: Rotation, log: Log, again: string): Promise<boolean> {
  const { runs } = rotation;
  let state = await rotation.authority();
  if (state.phase > 0) log("Continuing the rotation that an earlier call began.");
  else state = await rotation.authority(0);
  while (state.phase > 0) {
    const { phase } = state;
    log(`Phase ${phase} of 3: ${PHASES[phase] ?? ""}`);
    const failed = new Map<string, readonly string[]>();
    for (const run of runs) {
      const servers = await rotation.apply(run);
      if (servers.length > 0) failed.set(run.name, servers);
    }
    if (failed.size > 0) {
      log(explain(phase, failed, again));
      return false;
    }
    state = await rotation.authority(phase);
  }
  const components = runs.reduce((sum, { servers }) => sum + servers.length, 0);
  const servers = new Set(runs.flatMap((run) => run.servers)).size;
  log(
    `Replaced the authority on ${state.server}, and the certificates of ${counted(components, "component")} on ${counted(servers, "server")}.`,
  );
  log(`The new authority is valid until ${state.until}.`);
  return true;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function explain(phase: number, failed: ReadonlyMap<string, readonly string[]>, again: string): string {
  return [
    `Phase ${phase} of 3 is not complete. All connections keep working. It failed on:`,
    ...[...failed].map(([run, servers]) => `  ${run}: ${servers.join(", ")}`),
    "Make these servers reachable, or remove them from the stack and deploy. Then continue:",
    `  ${again}`,
  ].join("\n");
}
