import { AssetType, Fn, ITerraformDependable, TerraformAsset, TerraformOutput, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { accessGraph, Edge, Listening, placementEdges } from "../lib/access/access";
import { Artifacts } from "../lib/artifacts";
import { contentHash } from "../lib/inventory/content-hash";
import { Owner, renderInventory } from "../lib/inventory/inventory";
import { Value } from "../lib/inventory/variables";
import { LogAgent } from "../lib/logs/log-agent";
import { originBlocks } from "../lib/access/origins";
import { systemUserProblem } from "../lib/names";
import { playbooksDirectory } from "../lib/paths";
import { prefixed } from "../lib/prefixed";
import { literalForTerraform } from "../lib/templates";
import { checkAccessBounds } from "./checks/access-bounds";
import { certificateProblems } from "./checks/certificates";
import { rightsProblems } from "./components/gateway-rights";
import { diskWarnings } from "./checks/disks";
import { familyWarnings } from "./checks/families";
import { writeAccess } from "./synthesis/access-file";
import { Transport } from "../lib/transport";
import { Alerting } from "./alerting";
import { AuthorityRun } from "./runs/authority-run";
import { ComponentRun } from "./runs/component-run";
import { uninstallOnLeave } from "./runs/leave";
import { localUserWarnings } from "./checks/local-users";
import { transportWarnings } from "./checks/transport";
import { logProblems } from "./checks/logs";
import { monitoringsWithoutServersOf, sharedMachineProblems } from "./checks/machines";
import { metricProblems, neededCollectors } from "./checks/metrics";
import { MonitoringProps } from "./monitoring-props";
import { recordMembers } from "./runs/members";
import { requireNullProvider } from "./synthesis/provider";
import { fetchArtifacts, resolveNames } from "./runs/preparation";
import { withConstructPath, constructError, rejectIf } from "./synthesis/errors";
import { onSynthesis } from "./synthesis/on-synthesis";
import { createOwner } from "./runs/owner";
import { FirewallRun } from "./runs/firewall-run";
import { writeGeneratedFiles } from "./synthesis/generated-files";
import { CleanupRun } from "./runs/cleanup-run";
import { lazyLocal, lazyString } from "./synthesis/lazy-values";
import { deleteNotes, rejectLostData } from "./checks/moves";
import { IComponent, IMember, IMonitoring, IRun, IServer } from "./contracts";
import { serverRoute } from "./servers/server-route";
import { stateDirectory } from "./synthesis/state";
import { warnAtSynthesis } from "./synthesis/warnings";
import { controllersOf, sshPort, topologyProblems } from "./checks/topology";
import { namesProblem, unservedNames } from "./components/gateway-names";
import { GatewayProps } from "./components/gateway-props";

/**
 * A group of servers that are monitored together, and the components that monitor them.
 *
 * Add servers as `MonitoringHost`, `MonitoredServer` or `FirewalledServer`, in any order. A component runs on the host
 * in whose scope it is constructed. Scrape targets, data sources, log shipping and firewalls are derived from the
 * placement.
 *
 * The stack gets the outputs `inventory` (the Ansible inventory), `runs` (the command that starts each run), and the
 * URL of each web UI, such as `grafana_url`.
 *
 * @example
 * const monitoring = new Monitoring(this, "monitoring", { technicians: ["203.0.113.7/32"] });
 * const hub = new MonitoringHost(this, "hub", { monitoring, server });
 * new Prometheus(hub, "prometheus");
 */
export class Monitoring extends Construct implements IMonitoring {
  /** Value of the label `monitoring` in all series and log lines. */
  public readonly name: string;
  /** Addresses of the technicians, as CIDR blocks. */
  public readonly technicians: readonly string[];
  /** Addresses from which Ansible connects, as CIDR blocks. */
  public readonly controllers: readonly string[];
  /** Whether a deploy runs the playbooks. */
  public readonly provision: boolean;
  /** Source of the release archives. */
  public readonly artifacts: Artifacts;
  /** Program that sends the logs of the members to Loki. */
  public readonly logAgent: LogAgent;
  /** System users that may connect to the ports of technicians. @internal */
  public readonly _localUsers: readonly string[];
  /** Whether the connections between components are encrypted. */
  public readonly transport: Transport;
  /** Settings of the gateways. @internal */
  public readonly _gateway: GatewayProps;
  /** Alert rules and notifications. @internal */
  public readonly _alerting: Alerting;
  /** Ansible inventory, as an expression that Terraform evaluates at apply time. @internal */
  public readonly _inventory: unknown;
  /** Name of the inventory in Terraform expressions. @internal */
  public readonly _inventoryName: string;
  /** Path of the playbooks, relative to the working directory of Terraform. @internal */
  public readonly _playbooksPath: string;
  /** Path of the private state of the runs, relative to the working directory of Terraform. @internal */
  public readonly _stateDirectory: string;
  /** Folder of the files generated for the roles, next to the Terraform JSON of the stack. @internal */
  public readonly _filesDirectory: string;
  /** The monitoring as the owner of its servers. @internal */
  public readonly _owner: Owner;
  private readonly outputPrefix: string;
  private readonly joined: IMember[] = [];
  private readonly servers = new Map<string, IServer>();
  /** Values that are derived from the current members and components. The synthesis reads each of them many times. */
  private cache: {
    members?: readonly IMember[];
    components?: readonly IComponent[];
    edges?: readonly Edge[];
    collectors?: readonly string[];
    inventory?: Value;
  } = {};
  private readonly placed: IComponent[] = [];
  private readonly runs: IRun[] = [];
  private readonly componentRuns = new Map<string, ComponentRun>();
  private readonly prerequisites: ITerraformDependable[] = [];
  private readonly authority?: AuthorityRun;
  private readonly cleanup: CleanupRun;

  /**
   * @throws if a CIDR block is malformed or too wide, or another monitoring of the stack has outputs of the same names
   */
  public constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.name = props.name ?? "monitoring";
    this.outputPrefix = props.outputPrefix ?? "";
    if (!/^([a-z][a-z0-9_]*)?$/.test(this.outputPrefix)) {
      throw constructError(
        this,
        `outputPrefix: "${this.outputPrefix}" may contain only lower-case letters, digits and underscores, and must begin with a letter`,
      );
    }
    const suffix = this.outputPrefix === "" ? "" : `-${this.outputPrefix}`;
    this._stateDirectory = stateDirectory(this) + suffix;
    this._filesDirectory = `files${suffix}`;
    const anywhere = props.allowFromAnywhere ?? false;
    this.technicians = withConstructPath(this, "technicians: ", () => originBlocks(props.technicians, anywhere));
    const { controllers = this.technicians } = props;
    this.controllers = withConstructPath(this, "controllers: ", () => originBlocks(controllers, anywhere));
    this._localUsers = [...new Set(props.localUsers)].sort();
    for (const user of this._localUsers) rejectIf(this, prefixed("localUsers", systemUserProblem(user)));
    this.provision = props.provision ?? true;
    this.artifacts = props.artifacts ?? Artifacts.fromEnvironment();
    this.logAgent = props.logAgent ?? LogAgent.alloy();
    this.transport = props.transport ?? Transport.mutualTls();
    this._gateway = props.gateway ?? {};
    rejectIf(this, prefixed("gateway", namesProblem(this._gateway, this.transport)));

    requireNullProvider(this);
    const content = contentHash(playbooksDirectory, ["."]);
    const asset = new TerraformAsset(this, "playbooks", {
      path: playbooksDirectory,
      type: AssetType.DIRECTORY,
      assetHash: content,
    });
    this._playbooksPath = asset.path;
    this._owner = { id: createOwner(this).id, name: this.node.path };
    const data = lazyLocal(this, "data", () => this.renderInventory());
    this._inventory = data.expression;
    this._inventoryName = data.fqn;
    // The inventory contains no secret. It is marked as sensitive because it is too long to print after every deploy.
    this._addOutput("inventory", Fn.jsonencode(this._inventory), "Ansible inventory of all servers", true);
    this._addOutput(
      "runs",
      lazyString(() => this.describeRuns()),
      "Command that starts each run by hand",
      true,
    );
    if (this.provision) {
      this.prerequisites.push(
        recordMembers(this),
        resolveNames(this),
        fetchArtifacts(this, () => this.runs.flatMap(({ _artifacts: artifacts }) => artifacts)),
      );
      uninstallOnLeave(this);
      deleteNotes(this);
    }
    new FirewallRun(this);
    if (this.transport._hasAuthority) this.authority = new AuthorityRun(this);
    this.cleanup = new CleanupRun(this);
    onSynthesis(this, (folder) => {
      rejectLostData(this, folder);
      writeAccess(this, folder, this.outputPrefix);
      writeGeneratedFiles(this, folder);
    });
    checkAccessBounds(this, props.bounds ?? []);
    this._alerting = new Alerting(this, props);
    warnAtSynthesis(this, () => [
      ...familyWarnings(this),
      ...diskWarnings(this),
      ...localUserWarnings(this),
      ...transportWarnings(this),
    ]);
    this.node.addValidation({
      validate: () => [
        ...topologyProblems(this),
        ...sharedMachineProblems(this),
        ...metricProblems(this),
        ...logProblems(this),
        ...certificateProblems(this),
        ...rightsProblems(this),
        ...unservedNames(this),
      ],
    });
  }

  /** All members, ordered by server name. @internal */
  public get _members(): readonly IMember[] {
    this.cache.members ??= [...this.joined].sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
    return this.cache.members;
  }

  /** All components, ordered by server name. @internal */
  public get _components(): readonly IComponent[] {
    this.cache.components ??= this._members.flatMap(({ _components: components }) => components);
    return this.cache.components;
  }

  /** Returns the component of a kind that was constructed first, if one exists so far. @internal */
  public _first(kind: string): IComponent | undefined {
    return this.placed.find((component) => component.kind === kind);
  }

  /** All listeners of the servers. @internal */
  public get _listening(): readonly Listening[] {
    return this._members.flatMap(({ _listening: listening }) => listening);
  }

  /** All connections that the firewalls allow. Complete at synthesis. */
  public get accessGraph(): readonly Edge[] {
    this.cache.edges ??= accessGraph({
      allowedConnections: this._members.flatMap(({ firewall }) => firewall._edges),
      placements: this._members.flatMap(({ _placements: placements }) => placements),
      sshEndpoints: this._members.map(({ server }) => ({
        server: server.name,
        port: sshPort(server),
        controllers: controllersOf(server, this.controllers),
      })),
      technicians: this.technicians,
    });
    return this.cache.edges;
  }

  /** Node exporter collectors that rules and dashboards need. Complete at synthesis. @internal */
  public get _neededCollectors(): readonly string[] {
    this.cache.collectors ??= neededCollectors(this);
    return this.cache.collectors;
  }

  /** Returns the edges of the access graph that the connections of a component add. @internal */
  public _edgesFrom(component: IComponent): readonly Edge[] {
    const { kind, server } = component._listening;
    const targets = this._listening
      .filter((other) => other.kind !== kind || other.server !== server)
      .map((other) => ({ ...other, connections: [] }));
    return placementEdges([component._placement, ...targets]);
  }

  /**
   * Returns the address at which one server reaches another: the private address if both are in the same network, else
   * the public address. If the servers have no such addresses of the same family, it is the second address.
   *
   * @param name name of the other server
   * @throws if the monitoring has no server of that name
   * @extension
   */
  public dial(from: IServer, name: string): string {
    const to = this.serverOf(name);
    // Validation rejects servers that need a connection, but have no route.
    return serverRoute(from, to)?.destination ?? to.address;
  }

  /** Returns the address from which a server connects to another one. @internal */
  public _sourceOf(name: string, to: IServer): string {
    const from = this.serverOf(name);
    return serverRoute(from, to)?.source ?? from.address;
  }

  /** Returns the addresses at which a server can reach another one: those of its route, and those that are public. @internal */
  public _addressesOf(from: IServer, name: string): readonly string[] {
    const { publicAddress, secondAddress } = this.serverOf(name);
    return [this.dial(from, name), publicAddress, secondAddress].filter((address) => address !== undefined);
  }

  private serverOf(name: string): IServer {
    const found = this.servers.get(name);
    if (!found) throw constructError(this, `no server is called "${name}"`);
    return found;
  }

  /** Adds a member. The constructor of each member calls this method. @internal */
  public _join(member: IMember): void {
    this.joined.push(member);
    this.servers.set(member.server.name, member.server);
    this._invalidate();
    member.server.cloudFirewall?.follow(this, member.server);
  }

  /**
   * Adds a component to the run of its kind.
   *
   * @throws if the monitoring already has a component of this kind, and the kind is neither an agent nor clustered
   * @internal
   */
  public _place(component: IComponent): void {
    const alone = !component._agent && !component._clustered;
    const twin = alone ? this._first(component.kind) : undefined;
    if (twin)
      throw constructError(
        component,
        `the monitoring already has a ${component.kind} (${twin.node.path}): remove one of them`,
      );
    this.placed.push(component);
    this._invalidate();
    this.componentRun(component).add(component);
  }

  /** Discards the derived values, because the members, the components or the access graph changed. @internal */
  public _invalidate(): void {
    this.cache = {};
  }

  /** Adds a run. The constructor of each run calls this method. @internal */
  public _addRun(run: IRun): void {
    this.runs.push(run);
    this._invalidate();
    for (const prerequisite of this.prerequisites) run.after(prerequisite);
  }

  /**
   * Adds an output to the stack of the monitoring.
   *
   * @throws if the stack already has an output of that name
   * @internal
   */
  public _addOutput(name: string, value: string, description: string, sensitive = false): void {
    const stack = TerraformStack.of(this);
    const outputName = `${this.outputPrefix}${name}`;
    const taken = stack.node
      .findAll()
      .find((child) => child instanceof TerraformOutput && child.friendlyUniqueId === outputName);
    if (taken)
      throw constructError(
        this,
        `the stack already has an output "${outputName}" (${taken.node.path}): set outputPrefix on one of the monitorings`,
      );
    new TerraformOutput(this, outputName, {
      ...literalForTerraform({ value, description }),
      sensitive,
    }).overrideLogicalId(outputName);
  }

  /** Returns the run of a kind of component, and creates it for the first component of the kind. */
  private componentRun(component: IComponent): ComponentRun {
    const found = this.componentRuns.get(component.kind);
    if (found) return found;
    const run = new ComponentRun(this, component.kind, component._playbook);
    this.componentRuns.set(component.kind, run);
    if (this.authority?.resource) run.after(this.authority.resource);
    // The run of an agent covers every server. The cleanup run does not wait for it, so that one server that is down does
    // not stop the cleanup of the other servers.
    if (!component._agent && run.resource) this.cleanup.after(run.resource);
    return run;
  }

  /** Returns the paths of the other monitorings of the app from which a server may have moved to this one. */
  private otherMonitorings(): string[] {
    const all = this.node.root.node.findAll().filter((construct) => construct instanceof Monitoring);
    return monitoringsWithoutServersOf(this, all).map(({ node }) => node.path);
  }

  private renderInventory(): Value {
    this.cache.inventory ??= renderInventory({
      monitoring: this.name,
      owner: { ...this._owner, others: this.otherMonitorings() },
      artifactLocation: this.artifacts._location,
      hosts: this._members.map(({ _inventoryHost: inventoryHost }) => inventoryHost),
      runs: this.runs.map(({ _inventoryRun: inventoryRun }) => inventoryRun),
    });
    return this.cache.inventory;
  }

  /** Returns the commands of the runs in their order. They start in the folder of the stack. */
  private describeRuns(): string {
    const others = this.runs.filter((run) => run !== this.cleanup);
    return JSON.stringify(
      [...others, this.cleanup].map(({ name, _command: command }) => ({ name, command, state: this._stateDirectory })),
    );
  }
}
