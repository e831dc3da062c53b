import { AllowedPort } from "../access/host-firewall";
import { componentKinds } from "../components";
import { groupBy } from "../grouping";
import { contract } from "../contract";
import { hostPort } from "../network/host-port";
import { runGroup } from "../inventory/inventory";
import { GATEWAY, GuardedPort, guardedPorts, GuardVariables, LOG_AGENT, NODE_EXPORTER } from "./guarded-ports";

/** A server in the inventory of a deployed stack. */
export interface FleetServer {
  readonly name: string;
  readonly network: string;
  /** Address of the server in its own network. */
  readonly address: string;
  /** Address of the server for other networks. */
  readonly publicAddress?: string;
  /** Address of the other family. */
  readonly secondAddress?: string;
  /** Address on which the components listen; empty for all addresses. */
  readonly bindAddress: string;
  /** The controller's SSH access. */
  readonly ssh: { readonly host: string; readonly port: number; readonly jumpHost: boolean };
  /** Ports of the components, with their allowed sources. */
  readonly ports: readonly AllowedPort[];
  /** The port of sshd with its allowed sources; undefined if the server's own firewall does not restrict SSH. */
  readonly sshd?: { readonly port: number; readonly sources: readonly string[] };
  /** Kinds of the built-in components that are placed on the server. */
  readonly components: readonly string[];
  /** Names of the log sources, which are also their jobs. */
  readonly logSources: readonly string[];
  /** URLs of the components that are checked on the server itself, by kind. */
  readonly componentUrls: Readonly<Record<string, string>>;
  /** Ports that must refuse some clients, with an encrypted transport. */
  readonly guardedPorts: readonly GuardedPort[];
}

/** The servers of a Monitoring with all facts that the checks need. */
export interface Fleet {
  readonly servers: readonly FleetServer[];
  /** Kinds of components that have a run. */
  readonly kinds: readonly string[];
  /** Kinds that are placed on every server. */
  readonly agents: readonly string[];
  /** Kinds of user-provided components that connect with their certificates, by the kind that they connect to. */
  readonly userProvidedPeers?: ReadonlyMap<string, readonly string[]>;
  /** The scrape targets that Prometheus must have, as `job/instance`. */
  readonly targets: readonly string[];
}

/** The parts of the inventory that {@link readFleet} uses. */
interface Inventory {
  readonly all: {
    readonly hosts: Readonly<Record<string, Host>>;
    readonly children: Readonly<Record<string, Group>>;
  };
}
interface Host {
  readonly ansible_host: string;
  readonly ansible_port: number;
  readonly monitoring_server?: { readonly address: string; readonly bind: string };
  readonly monitoring_ssh: { readonly jump_host: string | null };
  readonly monitoring_place?: {
    readonly network: string;
    readonly public_address: string | null;
    readonly second_address?: string;
  };
}
interface Group {
  readonly vars?: Partial<HostVariables> & {
    readonly monitoring_run?: { readonly component: boolean; readonly agent?: boolean; readonly own?: boolean };
  };
  readonly hosts: Readonly<Record<string, HostVariables>>;
}
interface HostVariables extends GuardVariables {
  readonly firewall_ports?: readonly AllowedPort[];
  readonly monitoring_behind_gateway?: boolean;
  readonly log_agent_sources?: readonly string[];
  readonly firewall_ssh?: { readonly port: number; readonly sources: readonly string[] };
  readonly prometheus_targets?: readonly {
    readonly job: string;
    readonly targets: readonly { readonly labels: { readonly instance: string } }[];
  }[];
}

/** The kinds of components with a program in `playbooks/verification/checks`. */
const CHECKED_KINDS = componentKinds.filter(({ verified }) => verified);

/**
 * Reads the inventory of a deployed stack.
 *
 * @throws if the inventory lacks required variables, because an earlier version deployed the stack
 */
export function readFleet(text: string): Fleet {
  const { hosts, children } = (JSON.parse(text) as Inventory).all;
  if (!(runGroup(contract.runs.firewall) in children))
    throw new Error("the inventory has no firewall run: deploy the stack again");
  const firewall = variablesOf(children[runGroup(contract.runs.firewall)]);
  const runs = Object.entries(children).map(
    ([group, { vars, hosts: members }]) => [group.slice(runGroup("").length), vars?.monitoring_run, members] as const,
  );
  // The certificate authority has data, but no service.
  const components = runs.filter(([kind, run]) => run?.component === true && kind !== contract.runs.authority);
  const builtIn = components.filter(([, run]) => run?.own !== true);
  const agents = variablesOf(children[runGroup(LOG_AGENT)]);
  const guarding = new Map(
    [NODE_EXPORTER, GATEWAY].map((kind) => [kind, variablesOf(children[runGroup(kind)])] as const),
  );
  const prometheus = variablesOf(children[runGroup("prometheus")]);
  const checked = CHECKED_KINDS.map(
    (record) => [record, endpoints(record.kind, children[runGroup(record.kind)])] as const,
  );
  const servers = Object.entries(firewall).map(([name, variables]): FleetServer => {
    const host = hosts[name];
    const { monitoring_place: place, monitoring_server: machine } = host ?? {};
    if (!host || !place || !machine)
      throw new Error(`the inventory has no network for the server "${name}": deploy the stack again`);
    return {
      name,
      network: place.network,
      address: machine.address,
      publicAddress: place.public_address ?? undefined,
      secondAddress: place.second_address,
      bindAddress: machine.bind,
      ssh: { host: host.ansible_host, port: host.ansible_port, jumpHost: host.monitoring_ssh.jump_host !== null },
      ports: variables.firewall_ports ?? [],
      sshd: variables.firewall_ssh,
      components: builtIn.filter(([, , members]) => name in members).map(([kind]) => kind),
      logSources: (agents[name]?.log_agent_sources ?? []).map((file) => file.replace(/\.yml$/, "")),
      guardedPorts: guardedPorts((kind) => (kind === LOG_AGENT ? agents : guarding.get(kind))?.[name]),
      componentUrls: Object.fromEntries(
        checked.flatMap(([{ kind }, all]) => {
          const endpoint = all.get(name);
          return endpoint === undefined ? [] : [[kind, url(machine.bind, endpoint)]];
        }),
      ),
    };
  });
  return {
    servers: servers.sort((a, b) => (a.name < b.name ? -1 : 1)),
    kinds: components.map(([kind]) => kind),
    agents: runs.filter(([, run]) => run?.agent === true).map(([kind]) => kind),
    userProvidedPeers: groupValues(
      runs
        .filter(([, run]) => run?.own === true)
        .flatMap(([kind]) =>
          [...new Set(Object.values(variablesOf(children[runGroup(kind)])).flatMap(connectsOf))].map(
            (to) => [to, kind] as const,
          ),
        ),
    ),
    targets: Object.values(prometheus).flatMap(({ prometheus_targets: jobs = [] }) =>
      jobs.flatMap(({ job, targets }) => targets.map(({ labels }) => `${job}/${labels.instance}`)),
    ),
  };
}

function connectsOf({ monitoring_certificate: certificate }: HostVariables): readonly string[] {
  return certificate?.connects ?? [];
}

function groupValues(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  return new Map([...groupBy(pairs, ([key]) => key)].map(([key, group]) => [key, group.map(([, value]) => value)]));
}

/** The variables of each host of a group. Variables that are equal on all hosts are variables of the group. */
function variablesOf(group: Group | undefined): Readonly<Record<string, HostVariables>> {
  const hosts = Object.entries(group?.hosts ?? {});
  return Object.fromEntries(hosts.map(([name, variables]) => [name, { ...group?.vars, ...variables }]));
}

/** Scheme and port of a component. */
interface Endpoint {
  readonly scheme: string;
  /** Whether the component listens on the loopback address only. */
  readonly loopback: boolean;
  readonly port: number;
}

/** The endpoints of a kind of component, by server. */
function endpoints(kind: string, group: Group | undefined): ReadonlyMap<string, Endpoint> {
  return new Map(
    Object.entries(variablesOf(group)).flatMap(([name, variables]) => {
      const { [`${kind}_port`]: port, [`${kind}_tls_certificate`]: certificate = "" } = variables as Record<
        string,
        unknown
      >;
      if (typeof port !== "number") return [];
      const { monitoring_behind_gateway: loopback = false } = variables;
      return [[name, { scheme: certificate === "" ? "http" : "https", loopback, port }] as const];
    }),
  );
}

/** The URL of a component for programs on its server; an empty bind address means all addresses. */
function url(bind: string, { scheme, loopback, port }: Endpoint): string {
  return `${scheme}://${hostPort(bind === "" || loopback ? "127.0.0.1" : bind, port)}`;
}
