import { Construct, IConstruct } from "constructs";
import { Query } from "../lib/query";
import { ITerraformDependable } from "cdktf";
import { Connection, Edge, Listener, Listening, Placement } from "../lib/access/access";
import { Alert } from "../lib/alerts/alert";
import { RuleGroup } from "../lib/alerts/rule";
import { ArtifactRequest, Artifacts } from "../lib/artifacts";
import { Budgets, DiskNeed } from "../lib/budgets";
import { GeneratedFile } from "../lib/inventory/generated-file";
import { InventoryHost, InventoryRun, Owner } from "../lib/inventory/inventory";
import { Variables } from "../lib/inventory/variables";
import { Secret, SecretReference } from "../lib/inventory/secret";
import { LogAgent } from "../lib/logs/log-agent";
import { LogSource } from "../lib/logs/log-source";
import { Resources } from "../lib/resources";
import { Receiver } from "../lib/receivers/receiver";
import { Routing } from "../lib/receivers/routing";
import { Architecture } from "../lib/servers/architecture";
import { Transport } from "../lib/transport";
import { GatewayProps } from "./components/gateway-props";

/** SSH access of the controller (the machine that deploys) to a server. @extension */
export interface SshAccess {
  /** Name or IP address of the SSH server. */
  readonly host: string;
  /**
   * Port of the SSH server.
   *
   * @default 22
   */
  readonly port?: number;
  /** SSH user: root, or a user who can use sudo. If sudo asks for a password, `sudoPassword` is required. */
  readonly user: string;
  /**
   * Password that sudo asks the user for. Every step of a deploy uses it, also when the server leaves.
   *
   * @default - sudo asks for no password
   */
  readonly sudoPassword?: Secret;
  /**
   * File with the private key on the controller. `~` is the home directory. A relative path starts at the project.
   *
   * @default - the keys of the SSH agent, else the default keys of the user
   */
  readonly keyFile?: string;
  /**
   * Jump host, as `user@host:port`. User and port are optional. An IPv6 address with a port needs brackets. The jump
   * host accepts the same key as the server. Its host key is pinned by the first deploy of the stack that uses it.
   *
   * @default - a direct connection
   */
  readonly jumpHost?: string;
  /**
   * Public host keys of the server, such as `ssh-ed25519 AAAA…`.
   *
   * @default - the keys in `knownHostsFile`; without that file, the host key is pinned on first use, unless the private
   * folder of the stack was lost
   */
  readonly hostKeys?: readonly string[];
  /**
   * File on the controller that contains the host keys of the server under `hostKeyAlias`.
   *
   * @default - none
   */
  readonly knownHostsFile?: string;
  /**
   * Name of the server in known hosts files. After a rebuild, or when another server gets the same address, the server
   * needs another alias.
   *
   * @default - the id of the server
   */
  readonly hostKeyAlias?: string;
  /**
   * Time in seconds that a run waits for SSH before it reports the server as unreachable.
   *
   * @default 120
   */
  readonly waitSeconds?: number;
}

/** What a deploy does with the installed components when a server leaves its monitoring. */
export enum OnLeave {
  /** Removes services, programs and configuration. Keeps the data in /var/lib/monitoring. */
  UNINSTALL = "uninstall",
  /** Removes services, programs, configuration and data. */
  PURGE = "purge",
  /** Changes nothing on the server. */
  NOTHING = "nothing",
}

/** A network whose servers connect to each other at their private addresses. @extension */
export interface IServerNetwork extends IConstruct {
  /** Name of the network in messages. */
  readonly name: string;
}

/** The firewall of a cloud, such as EC2 security groups. It allows the connections in the access graph. @extension */
export interface ICloudFirewall {
  /**
   * Applies the access graph of a monitoring to a server. The constructor of each member calls this method.
   *
   * The access graph is complete only at synthesis: read `monitoring.accessGraph` in a `Lazy` value.
   *
   * @extension
   */
  follow(monitoring: IMonitoring, server: IServer): void;
}

/** A machine that the controller reaches by SSH. @extension */
export interface IServer extends IConstruct {
  /**
   * Name of the server, in the syntax of a host name: the label `instance` in metrics and logs. Known at synthesis, and
   * unique in a `Monitoring`, regardless of case.
   */
  readonly name: string;
  /** Identifier of the machine. It changes when another machine takes its place. @extension */
  readonly id: string;
  /** Version of the installation. It changes when the machine is reinstalled under the same id. @extension */
  readonly generation: string;
  /** Address that servers of the same network connect to. */
  readonly address: string;
  /**
   * Address that servers of other networks connect to, and at which technicians open the web UIs.
   *
   * @default - none: the server is unreachable from other networks
   */
  readonly publicAddress?: string;
  /**
   * IP address of the other family, at which servers of every network reach the server if they have no address of the
   * first family.
   *
   * @default - none
   */
  readonly secondAddress?: string;
  /** Address on which services listen. The machine must have this address at boot. Empty for all addresses. @extension */
  readonly bindAddress: string;
  /** SSH access for Ansible. @extension */
  readonly ssh: SshAccess;
  /** Network of the server. Servers of one network connect to each other's private addresses. */
  readonly network: IServerNetwork;
  /** Architecture of the CPU. */
  readonly architecture: Architecture;
  /**
   * Firewall of the cloud in front of the server.
   *
   * @default - none
   * @extension
   */
  readonly cloudFirewall?: ICloudFirewall;
  /**
   * What a deploy does with the installed components when the server leaves its monitoring but still exists.
   *
   * @default - nothing: the machine is destroyed with the stack
   */
  readonly onLeave?: OnLeave;
  /**
   * Size of the disk that holds the data of the components, in GiB. The synthesis warns if the data can grow larger.
   *
   * @default - unknown
   */
  readonly dataDiskSize?: number;
  /** Family of the addresses that only Terraform knows: 4 or 6. @default - unknown @internal */
  readonly _family?: number;
  /** Whether the server is a container on the controller. @default false @internal */
  readonly _local?: boolean;

  /** Returns the address, as `host:port`, at which a technician reaches a port of this server. */
  endpoint(port: number): string;
}

/** A `Monitoring`, as members, components and cloud firewalls see it. @extension */
export interface IMonitoring extends IConstruct {
  /** Value of the label `monitoring` in all series and log lines. */
  readonly name: string;
  /** Addresses of the technicians, as CIDR blocks. */
  readonly technicians: readonly string[];
  /** Addresses from which Ansible connects, as CIDR blocks. */
  readonly controllers: readonly string[];
  /** Whether a deploy runs the playbooks. @extension */
  readonly provision: boolean;
  /** Source of the release archives. @extension */
  readonly artifacts: Artifacts;
  /** Program that sends the logs of the members to Loki. @extension */
  readonly logAgent: LogAgent;
  /** Whether the connections between components are encrypted. @extension */
  readonly transport: Transport;
  /** @internal */
  readonly _gateway: GatewayProps;
  /** All connections that the firewalls allow. Complete at synthesis. */
  readonly accessGraph: readonly Edge[];

  /**
   * Returns the address at which one server reaches another: the private address if both are in the same network, else
   * the public address. If the servers have no such addresses of the same family, it is the second address.
   *
   * @param name name of the other server
   * @throws if the monitoring has no server of that name
   * @extension
   */
  dial(from: IServer, name: string): string;

  /** @internal */
  readonly _localUsers: readonly string[];

  /** @internal */
  _sourceOf(name: string, to: IServer): string;
  /** @internal */
  _addressesOf(from: IServer, name: string): readonly string[];
  /** @internal */
  readonly _members: readonly IMember[];
  /** @internal */
  readonly _components: readonly IComponent[];
  /** @internal */
  readonly _listening: readonly Listening[];
  /** @internal */
  readonly _alerting: IAlerting;
  /** @internal */
  readonly _neededCollectors: readonly string[];
  /** @internal */
  readonly _inventory: unknown;
  /** @internal */
  readonly _inventoryName: string;
  /** @internal */
  readonly _playbooksPath: string;
  /** @internal */
  readonly _stateDirectory: string;
  /** @internal */
  readonly _filesDirectory: string;
  /** @internal */
  readonly _owner: Owner;

  /** @internal */
  _first(kind: string): IComponent | undefined;
  /** @internal */
  _edgesFrom(component: IComponent): readonly Edge[];
  /** @internal */
  _join(member: IMember): void;
  /** @internal */
  _place(component: IComponent): void;
  /** @internal */
  _invalidate(): void;
  /** @internal */
  _addRun(run: IRun): void;
  /** @internal */
  _addOutput(name: string, value: string, description: string, sensitive?: boolean): void;
}

/** A `Monitoring` as the scope of further constructs. */
export type MonitoringScope = IMonitoring & Construct;

/** A server that belongs to a monitoring, as the monitoring and its helpers see it. */
export interface IMember extends IConstruct {
  readonly monitoring: IMonitoring;
  readonly server: IServer;
  readonly firewall: IMemberFirewall;
  readonly _inventoryHost: InventoryHost;
  readonly _declaredMetrics: readonly string[];
  readonly _components: readonly IComponent[];
  readonly _listening: readonly Listening[];
  readonly _placements: readonly Placement[];
  readonly _logSources: readonly LogSource[];

  /** Starts to send logs, if this kind of member does, because a Loki exists. */
  _sendLogs(): void;
}

/** The part of the access graph that concerns one server. */
export interface ServerGraph {
  /** Edges to the server. */
  readonly edges: readonly Edge[];
  /** Edges from the server. */
  readonly outgoing: readonly Edge[];
  /** Returns the system user of a component, undefined if it is unknown. */
  readonly userOf: (server: string, kind: string) => string | undefined;
}

/** The firewall of one member, as the access graph and the firewall run see it. */
export interface IMemberFirewall {
  readonly _edges: readonly Edge[];
  readonly _strict: boolean;

  _variables(graph: ServerGraph): Variables;
  _problems(): string[];
}

/** A component, as the monitoring and its helpers see it. */
export interface IComponent extends IConstruct {
  readonly kind: string;
  readonly member: IMember;
  readonly version: string;
  readonly listeners: readonly Listener[];
  readonly connections: readonly Connection[];
  readonly variables: Variables;
  readonly files: readonly GeneratedFile[];
  readonly emits: ReadonlySet<string>;
  readonly queries: readonly Query[];
  readonly logQueries: readonly Query[];
  readonly logSources: readonly LogSource[];
  readonly _collectors: readonly string[];
  readonly _budgets: Budgets;
  readonly _diskNeed?: DiskNeed;
  readonly _apiPort?: number;
  readonly _siteSettings: Variables;
  readonly _agent: boolean;
  readonly _clustered: boolean;
  readonly _adopt: boolean;
  readonly _resources: Resources;
  readonly _onMove?: string;
  readonly _secretReferences: readonly SecretReference[];
  readonly _playbook?: string;
  readonly _artifactRequest?: ArtifactRequest;
  readonly _downloads: readonly ArtifactRequest[];
  readonly _listening: Listening;
  readonly _placement: Placement;
}

/** A run, as the monitoring sees it. */
export interface IRun extends IConstruct {
  readonly name: string;
  readonly _command: string;
  readonly _artifacts: readonly ArtifactRequest[];
  readonly _inventoryRun: InventoryRun;

  /** Makes this run wait for another resource in its stack. */
  after(other: ITerraformDependable): void;
}

/** The alert rules and the notifications of a monitoring. */
export interface IAlerting {
  readonly receivers: readonly Receiver[];
  readonly routing: Routing;
  readonly deadMansSwitch?: Receiver;
  readonly changes: readonly Alert[];
  readonly groups: readonly RuleGroup[];
  readonly warnings: readonly string[];
  readonly hasLogRules: boolean;
  readonly runbooksUrl?: string;

  logGroups(prometheusUrl?: string): readonly RuleGroup[];
}
