import { AllowedPort } from "../access/host-firewall";
import { hostPort } from "../network/host-port";
import { runGroup } from "../inventory/inventory";

/** A server, as the inventory of a deployed stack knows it. */
export interface FleetServer {
  readonly name: string;
  readonly network: string;
  /** What servers of its own network dial, and as what they see it. */
  readonly address: string;
  /** The same for servers of other networks, where it has one. */
  readonly publicAddress?: string;
  /** How this machine reaches it by SSH. */
  readonly ssh: { readonly host: string; readonly port: number; readonly jumpHost: boolean };
  /** The ports that are ours, with who is admitted to them. */
  readonly ports: readonly AllowedPort[];
  /** Its sshd's port and who is admitted to it; undefined where its own firewall leaves that alone. */
  readonly sshd?: { readonly port: number; readonly sources: readonly string[] };
  /** The kinds of component that the code has on it, without those that playbooks of the user's own install. */
  readonly components: readonly string[];
  /** The files of its log sources, without their endings: the names of the jobs. */
  readonly logSources: readonly string[];
  /** What its components are asked: the address of each, by kind. */
  readonly questions: Readonly<Record<string, string>>;
}

/** The servers of a monitoring, and what they should come to. */
export interface Fleet {
  readonly servers: readonly FleetServer[];
  /** The kinds of component that have a run. */
  readonly kinds: readonly string[];
  /** Those of them that belong on every server. */
  readonly agents: readonly string[];
  /** What Prometheus should scrape of the members, as `job/instance`. */
  readonly targets: readonly string[];
}

/** The parts of an inventory that are read here. */
interface Inventory {
  readonly all: {
    readonly hosts: Readonly<
      Record<
        string,
        {
          readonly ansible_host: string;
          readonly ansible_port: number;
          readonly monitoring_server?: { readonly address: string; readonly bind: string };
          readonly monitoring_ssh: { readonly jump_host: string | null };
          readonly monitoring_place?: { readonly network: string; readonly public_address: string | null };
        }
      >
    >;
    readonly children: Readonly<Record<string, Group>>;
  };
}
interface Group {
  readonly vars?: Partial<HostVariables> & {
    readonly monitoring_run?: { readonly component: boolean; readonly agent?: boolean; readonly own?: boolean };
  };
  readonly hosts: Readonly<Record<string, HostVariables>>;
}
interface HostVariables {
  readonly firewall_ports?: readonly AllowedPort[];
  readonly log_agent_sources?: readonly string[];
  readonly firewall_ssh?: { readonly port: number; readonly sources: readonly string[] };
  readonly prometheus_targets?: readonly {
    readonly job: string;
    readonly targets: readonly { readonly labels: { readonly instance: string } }[];
  }[];
}

/** The kinds of component that are asked on their own servers: each has a program of its name in `playbooks/verification/questions`. */
const ASKED = ["prometheus", "alertmanager", "loki", "grafana", "log_agent"];

/**
 * Reads the inventory of a deployed stack.
 *
 * @throws when it is that of a deploy by an earlier version, which did not say what is needed here
 */
export function readFleet(text: string): Fleet {
  const { hosts, children } = (JSON.parse(text) as Inventory).all;
  if (!(runGroup("firewall") in children))
    throw new Error("the inventory knows of no firewall: deploy the stack again");
  const firewall = variablesOf(children[runGroup("firewall")]);
  const runs = Object.entries(children).map(
    ([group, { vars, hosts: members }]) => [group.slice(runGroup("").length), vars?.monitoring_run, members] as const,
  );
  const installed = runs.filter(([, run]) => run?.component === true && run.own !== true);
  const agents = variablesOf(children[runGroup("log_agent")]);
  const prometheus = variablesOf(children[runGroup("prometheus")]);
  const asked = ASKED.map((kind) => [kind, placesOf(kind, children[runGroup(kind)])] as const);
  const servers = Object.entries(firewall).map(([name, variables]): FleetServer => {
    const host = hosts[name];
    const { monitoring_place: place, monitoring_server: machine } = host ?? {};
    if (!host || !place || !machine)
      throw new Error(`the inventory does not say in which network the server "${name}" is: deploy the stack again`);
    return {
      name,
      network: place.network,
      address: machine.address,
      publicAddress: place.public_address ?? undefined,
      ssh: { host: host.ansible_host, port: host.ansible_port, jumpHost: host.monitoring_ssh.jump_host !== null },
      ports: variables.firewall_ports ?? [],
      sshd: variables.firewall_ssh,
      components: installed.filter(([, , members]) => name in members).map(([kind]) => kind),
      logSources: (agents[name]?.log_agent_sources ?? []).map((file) => file.replace(/\.yml$/, "")),
      questions: Object.fromEntries(
        asked.flatMap(([kind, places]) => {
          const place = places.get(name);
          return place === undefined ? [] : [[kind, url(machine.bind, place)]];
        }),
      ),
    };
  });
  return {
    servers: servers.sort((a, b) => (a.name < b.name ? -1 : 1)),
    kinds: runs.filter(([, run]) => run?.component === true).map(([kind]) => kind),
    agents: runs.filter(([, run]) => run?.agent === true).map(([kind]) => kind),
    targets: Object.values(prometheus).flatMap(({ prometheus_targets: jobs = [] }) =>
      jobs.flatMap(({ job, targets }) => targets.map(({ labels }) => `${job}/${labels.instance}`)),
    ),
  };
}

/** The variables of a group's hosts: what they have alike may stand with the group. */
function variablesOf(group: Group | undefined): Readonly<Record<string, HostVariables>> {
  const hosts = Object.entries(group?.hosts ?? {});
  return Object.fromEntries(hosts.map(([name, own]) => [name, { ...group?.vars, ...own }]));
}

/** How a component is asked on its own server. */
interface Place {
  readonly scheme: string;
  readonly port: number;
}

/** How each server's component of a kind is asked. */
function placesOf(kind: string, group: Group | undefined): ReadonlyMap<string, Place> {
  return new Map(
    Object.entries(variablesOf(group)).flatMap(([name, variables]) => {
      const { [`${kind}_port`]: port, [`${kind}_tls_certificate`]: certificate = "" } = variables as Record<
        string,
        unknown
      >;
      return typeof port === "number" ? [[name, { scheme: certificate === "" ? "http" : "https", port }] as const] : [];
    }),
  );
}

/** Where a component is asked on its own server. */
function url(bind: string, { scheme, port }: Place): string {
  return `${scheme}://${hostPort(bind === "" ? "127.0.0.1" : bind, port)}`;
}
