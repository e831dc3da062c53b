import { SSH } from "../access/access";
import { routeBetween } from "../network/route";
import { Fleet, FleetServer } from "./fleet";
import { UnauthorizedSource } from "./unauthorized-source";

/** The controller as a source. A server name contains no space, so no server has this name. */
export const CONTROLLER = "this machine";
/** The controller, from an address that no server allows. */
export const UNAUTHORIZED_SOURCE = "unauthorized source";

/** One attempt to reach a port: a connection or, for `udp`, datagrams, to which no answer is expected. */
export interface Probe {
  /** Name of a server, {@link CONTROLLER} or {@link UNAUTHORIZED_SOURCE}. */
  readonly from: string;
  /** Name of a server. */
  readonly to: string;
  /** Address that the probe connects to. */
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  /** Name of the listener, such as `node_exporter_http`. */
  readonly name: string;
  /** Allowed addresses and CIDR blocks. */
  readonly sources: readonly string[];
}

/** Whether a probe sends datagrams instead of connecting. */
export function isDatagram({ protocol }: Probe): boolean {
  return protocol === "udp";
}

/** All probes of a verification. */
export interface Plan {
  readonly probes: readonly Probe[];
  /** Names of the servers that probes start from. */
  readonly from: readonly string[];
  /** The controller's unauthorized address, if it has one. */
  readonly unauthorizedSource?: string;
  /** Skipped probes and checks with the reason, one line each. */
  readonly skipped: readonly string[];
}

/** Default number of servers that probe the other servers, in addition to the monitoring servers. */
export const SAMPLE = 10;

/**
 * Plans probes of every port on every server, from a sample of the servers and from the controller.
 *
 * @param size number of servers in the sample, in addition to the monitoring servers
 * @param skippedChecks disabled checks with the reason, one line each
 */
export function makePlan(
  fleet: Fleet,
  size: number,
  unauthorizedSource?: UnauthorizedSource,
  skippedChecks: readonly string[] = [],
): Plan {
  const { servers } = fleet;
  const from = sample(fleet, size);
  const skipped = new Set(skippedChecks);
  const probes = servers.flatMap((to) => [
    ...from.flatMap((source) => fromServer(source, to, skipped)),
    ...fromController(to, skipped),
    ...(unauthorizedSource?.servers.has(to.name) === true
      ? [...portProbes(UNAUTHORIZED_SOURCE, to, to.address), sshProbe(UNAUTHORIZED_SOURCE, to)]
      : []),
  ]);
  if (from.length < servers.length) {
    skipped.add(
      `probes from ${servers.length - from.length} of ${servers.length} servers: the sources are all monitoring servers and ${size} others, evenly from all networks`,
    );
  }
  return {
    probes,
    from: from.map(({ name }) => name),
    unauthorizedSource: unauthorizedSource?.address,
    skipped: [...skipped],
  };
}

/**
 * The monitoring servers, and `size` of the other servers, taken in turn from each network. A monitoring server has a
 * component that is not an agent.
 */
function sample({ servers, kinds, agents }: Fleet, size: number): FleetServer[] {
  const monitoringKinds = kinds.filter((kind) => !agents.includes(kind));
  const monitors = servers.filter(({ ports }) =>
    ports.some(({ name }) => monitoringKinds.some((kind) => name.startsWith(`${kind}_`))),
  );
  const rank = new Map<string, number>();
  const others = servers
    .filter((server) => !monitors.includes(server))
    .map((server) => {
      const turn = rank.get(server.network) ?? 0;
      rank.set(server.network, turn + 1);
      return { server, turn };
    })
    .sort((a, b) => a.turn - b.turn); // The sort is stable: within a turn, the servers keep their order.
  return [...monitors, ...others.slice(0, size).map(({ server }) => server)];
}

function fromServer(from: FleetServer, to: FleetServer, skipped: Set<string>): Probe[] {
  if (from === to) return []; // A server's connections to itself are always allowed.
  const route = routeBetween(from, to);
  if (route === undefined) {
    const hidden = from.network !== to.network && to.publicAddress === undefined;
    skipped.add(
      hidden
        ? `${from.network} -> ${to.name}: ${to.name} has no address that other networks can reach`
        : `${from.name} -> ${to.name}: the servers have no addresses of the same family (IPv4 or IPv6)`,
    );
    return [];
  }
  const address = route.destination;
  const ssh = to.sshd === undefined ? [] : [{ ...sshProbe(from.name, to), address, port: to.sshd.port }];
  return [...portProbes(from.name, to, address), ...ssh];
}

function fromController(to: FleetServer, skipped: Set<string>): Probe[] {
  if (to.ssh.jumpHost) {
    skipped.add(`${CONTROLLER} -> servers behind a jump host: the connection would come from the jump host`);
    return [];
  }
  const ssh = sshProbe(CONTROLLER, to);
  if (/^(127\.|::1$|localhost$)/.test(to.ssh.host)) {
    skipped.add(
      `${CONTROLLER} -> servers whose ports are published on this machine: published ports bypass the firewall`,
    );
    return [ssh];
  }
  return [...portProbes(CONTROLLER, to, to.ssh.host), ssh];
}

function portProbes(from: string, to: FleetServer, address: string): Probe[] {
  return to.ports.map((port) => ({ ...port, from, to: to.name, address }));
}

function sshProbe(from: string, to: FleetServer): Probe {
  const sources = to.sshd?.sources ?? ["0.0.0.0/0", "::/0"];
  return { from, to: to.name, address: to.ssh.host, port: to.ssh.port, protocol: "tcp", name: SSH, sources };
}
