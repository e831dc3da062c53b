import { SSH } from "../access/access";
import { Fleet, FleetServer } from "./fleet";
import { UnauthorizedSource } from "./unauthorized-source";

/** This machine, as a source; no server can be called like that. */
export const CONTROLLER = "this machine";
/** This machine by an address that nobody admits. */
export const UNAUTHORIZED_SOURCE = "a stranger";

/** One try to come through: to connect or, where the protocol is `udp`, with datagrams, which nobody answers. */
export interface Probe {
  /** The name of a server, {@link CONTROLLER} or {@link UNAUTHORIZED_SOURCE}. */
  readonly from: string;
  /** The name of a server. */
  readonly to: string;
  /** What is dialled. */
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  /** What listens there, such as `node_exporter_http`. */
  readonly name: string;
  /** Who is admitted there, as addresses and CIDR blocks. */
  readonly sources: readonly string[];
}

/** Whether it is tried with datagrams. */
export function isDatagram({ protocol }: Probe): boolean {
  return protocol === "udp";
}

/** What is to be tried, and what is not. */
export interface Plan {
  readonly probes: readonly Probe[];
  /** The servers from which it is tried. */
  readonly from: readonly string[];
  /** The address by which this machine plays a stranger, where it can. */
  readonly stranger?: string;
  /** What is not tried and why, for people. */
  readonly skipped: readonly string[];
}

/** How many servers that do not monitor others are tried from. */
export const SAMPLE = 10;

/**
 * All ports of ours on all servers, from the servers of a sample and from this machine.
 *
 * @param size how many servers that do not monitor are in the sample
 * @param stranger an address of this machine's that nobody admits, where there is one that tells anything
 * @param unwanted what is not to be tried, in words
 */
export function makePlan(fleet: Fleet, size: number, stranger?: UnauthorizedSource, unwanted: readonly string[] = []): Plan {
  const { servers } = fleet;
  const from = sample(fleet, size);
  const skipped = new Set(unwanted);
  const probes = servers.flatMap((to) => [
    ...from.flatMap((source) => fromServer(source, to, skipped)),
    ...fromController(to, skipped),
    ...(stranger?.reaches.has(to.name) === true ? [...atPorts(UNAUTHORIZED_SOURCE, to, to.address), sshOf(UNAUTHORIZED_SOURCE, to)] : []),
  ]);
  if (from.length < servers.length) {
    skipped.add(
      `from ${servers.length - from.length} of ${servers.length} servers: tried from all that monitor, and ${size} others (in turn from each network, in the order of names)`,
    );
  }
  return { probes, from: from.map(({ name }) => name), stranger: stranger?.address, skipped: [...skipped] };
}

/** All servers with a component of ours that does not belong on every one, for these monitor; of the others, some of each network. */
function sample({ servers, kinds, agents }: Fleet, size: number): FleetServer[] {
  const watching = kinds.filter((kind) => !agents.includes(kind));
  const monitors = servers.filter(({ ports }) =>
    ports.some(({ name }) => watching.some((kind) => name.startsWith(`${kind}_`))),
  );
  const rank = new Map<string, number>();
  const others = servers
    .filter((server) => !monitors.includes(server))
    .map((server) => {
      const turn = rank.get(server.network) ?? 0;
      rank.set(server.network, turn + 1);
      return { server, turn };
    })
    .sort((a, b) => a.turn - b.turn); // stable: within a turn they stay in their order
  return [...monitors, ...others.slice(0, size).map(({ server }) => server)];
}

/** The address by which one server sees another. */
export function seenFrom(from: FleetServer, to: FleetServer): string | undefined {
  return from.network === to.network ? to.address : to.publicAddress;
}

function fromServer(from: FleetServer, to: FleetServer, skipped: Set<string>): Probe[] {
  if (from === to) return []; // the server itself always is admitted
  const address = seenFrom(from, to);
  if (address === undefined) {
    skipped.add(`${from.network} -> ${to.name}: it has no address that is reached from another network`);
    return [];
  }
  const ssh = to.sshd === undefined ? [] : [{ ...sshOf(from.name, to), address, port: to.sshd.port }];
  return [...atPorts(from.name, to, address), ...ssh];
}

function fromController(to: FleetServer, skipped: Set<string>): Probe[] {
  if (to.ssh.jumpHost) {
    skipped.add(`${CONTROLLER} -> servers behind a jump host: it is not they who reach it`);
    return [];
  }
  const ssh = sshOf(CONTROLLER, to);
  if (/^(127\.|::1$|localhost$)/.test(to.ssh.host)) {
    skipped.add(
      `${CONTROLLER} -> ports of servers that are published on this machine: what lets in there is no firewall`,
    );
    return [ssh];
  }
  return [...atPorts(CONTROLLER, to, to.ssh.host), ssh];
}

function atPorts(from: string, to: FleetServer, address: string): Probe[] {
  return to.ports.map((port) => ({ ...port, from, to: to.name, address }));
}

function sshOf(from: string, to: FleetServer): Probe {
  const sources = to.sshd?.sources ?? ["0.0.0.0/0", "::/0"];
  return { from, to: to.name, address: to.ssh.host, port: to.ssh.port, protocol: "tcp", name: SSH, sources };
}
