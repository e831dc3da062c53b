import {
  AssetType,
  Fn,
  ITerraformDependable,
  Lazy,
  TerraformAsset,
  TerraformLocal,
  TerraformOutput,
  TerraformStack,
} from "cdktf";
import { Construct } from "constructs";
import { accessGraph, Edge, Listening, placementEdges } from "../lib/access/access";
import { Artifacts } from "../lib/artifacts";
import { contentHash } from "../lib/inventory/content-hash";
import { renderInventory, Value } from "../lib/inventory/inventory";
import { LogAgent } from "../lib/logs/log-agent";
import { originBlocks } from "../lib/access/origins";
import { playbooksDirectory } from "../lib/paths";
import { checkAccessBounds } from "./checks/access-bounds";
import { writeAccess } from "./synthesis/access-file";
import { Alerting } from "./alerting";
import type { Component } from "./components/component";
import { ComponentRun } from "./runs/component-run";
import { uninstallOnLeave } from "./runs/leave";
import { logProblems } from "./checks/logs";
import { metricProblems, neededCollectors } from "./checks/metrics";
import type { Member } from "./members/member";
import { MonitoringProps } from "./monitoring-props";
import { requireNullProvider } from "./synthesis/provider";
import { fetchArtifacts, resolveNames } from "./runs/preparation";
import { withConstructPath, constructError } from "./synthesis/errors";
import { onSynthesis } from "./synthesis/on-synthesis";
import { FirewallRun } from "./runs/firewall-run";
import { writeGeneratedFiles } from "./synthesis/generated-files";
import { CleanupRun } from "./runs/cleanup-run";
import { lazyString } from "./synthesis/lazy-values";
import { deletePlacementNotes, rejectLostData } from "./checks/moves";
import { Run } from "./runs/run";
import { IServer } from "./contracts";
import { stateDirectory } from "./synthesis/state";
import { controllersOf, sshPort, topologyProblems } from "./checks/topology";

/**
 * The servers that are watched, and what watches them. Servers join it as `MonitoringHost` or `MonitoredServer`, in any
 * order; components are placed on hosts by their scope. Its outputs are `inventory` and the components' addresses.
 */
export class Monitoring extends Construct {
  /** The value of the label `monitoring` of all series and lines. */
  public readonly name: string;
  /** The addresses that people work from, as CIDR blocks. */
  public readonly technicians: readonly string[];
  /** From where Ansible connects, as CIDR blocks. */
  public readonly controllers: readonly string[];
  /** Whether a deploy runs the playbooks. */
  public readonly provision: boolean;
  /** Where the release archives come from. */
  public readonly artifacts: Artifacts;
  /** The program that sends the members' logs to Loki. */
  public readonly logAgent: LogAgent;
  /** What it alerts about, and who is told. */
  public readonly _alerting: Alerting;
  /** The Ansible inventory, as an expression that Terraform evaluates when it applies. */
  public readonly _inventory: unknown;
  /** What the inventory is called in expressions. */
  public readonly _inventoryName: string;
  /** The folder of the playbooks, as Terraform sees it. */
  public readonly _playbooksPath: string;
  /** The private folder of its runs, as Terraform sees it. */
  public readonly _stateDirectory: string;
  /** The folder of what is generated for the roles, beside the stack's Terraform JSON. */
  public readonly _filesDirectory: string;
  private readonly outputPrefix: string;
  private readonly joined: Member[] = [];
  private readonly servers = new Map<string, IServer>();
  /** What follows from all that joined and was placed so far; many ask for it while the stack is synthesized. */
  private cache: {
    members?: readonly Member[];
    components?: readonly Component[];
    edges?: readonly Edge[];
    collectors?: readonly string[];
    inventory?: Value;
  } = {};
  private readonly placed: Component[] = [];
  private readonly runs: Run[] = [];
  private readonly componentRuns = new Map<string, ComponentRun>();
  private readonly prerequisites: ITerraformDependable[] = [];
  private readonly cleanup: CleanupRun;

  /** @throws when technicians or controllers are no proper CIDR blocks, or the stack has a monitoring whose outputs have the same names */
  public constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.name = props.name ?? "monitoring";
    this.outputPrefix = props.outputPrefix ?? "";
    if (!/^([a-z][a-z0-9_]*)?$/.test(this.outputPrefix)) {
      throw constructError(
        this,
        `outputPrefix: "${this.outputPrefix}" must have lower-case letters, digits and underscores only, a letter first`,
      );
    }
    const suffix = this.outputPrefix === "" ? "" : `-${this.outputPrefix}`;
    this._stateDirectory = stateDirectory(this) + suffix;
    this._filesDirectory = `files${suffix}`;
    const anywhere = props.allowFromAnywhere ?? false;
    this.technicians = withConstructPath(this, "technicians: ", () => originBlocks(props.technicians, anywhere));
    const { controllers = this.technicians } = props;
    this.controllers = withConstructPath(this, "controllers: ", () => originBlocks(controllers, anywhere));
    this.provision = props.provision ?? true;
    this.artifacts = props.artifacts ?? Artifacts.fromEnvironment();
    this.logAgent = props.logAgent ?? LogAgent.alloy();

    requireNullProvider(this);
    const content = contentHash(playbooksDirectory, ["."]);
    const asset = new TerraformAsset(this, "playbooks", {
      path: playbooksDirectory,
      type: AssetType.DIRECTORY,
      assetHash: content,
    });
    this._playbooksPath = asset.path;
    const data = new TerraformLocal(this, "data", Lazy.anyValue({ produce: () => this.renderInventory() }));
    this._inventory = data.expression;
    this._inventoryName = data.fqn;
    // No secret: only too long to be printed by every deploy.
    this._addOutput("inventory", Fn.jsonencode(this._inventory), "Ansible's inventory of all servers", true);
    this._addOutput(
      "runs",
      lazyString(() => this.describeRuns()),
      "How each playbook is run by hand",
      true,
    );
    if (this.provision) {
      this.prerequisites.push(
        resolveNames(this),
        fetchArtifacts(this, () => this.runs.flatMap(({ _artifacts: artifacts }) => artifacts)),
      );
      uninstallOnLeave(this);
      deletePlacementNotes(this);
    }
    new FirewallRun(this);
    this.cleanup = new CleanupRun(this);
    onSynthesis(this, (folder) => {
      rejectLostData(this, folder);
      writeAccess(this, folder, this.outputPrefix);
      writeGeneratedFiles(this, folder);
    });
    checkAccessBounds(this, props.bounds ?? []);
    this._alerting = new Alerting(this, props);
    this.node.addValidation({
      validate: () => [...topologyProblems(this), ...metricProblems(this), ...logProblems(this)],
    });
  }

  /** All servers that joined, in the order of their names. */
  public get _members(): readonly Member[] {
    this.cache.members ??= [...this.joined].sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
    return this.cache.members;
  }

  /** All components that are placed, in the order of their servers' names. */
  public get _components(): readonly Component[] {
    this.cache.components ??= this._members.flatMap(({ _components: components }) => components);
    return this.cache.components;
  }

  /** The component of a kind that was placed first, where there is one by now. */
  public _first(kind: string): Component | undefined {
    return this.placed.find((component) => component.kind === kind);
  }

  /** All that listens on the servers. */
  public get _listening(): readonly Listening[] {
    return this._members.flatMap(({ _listening: listening }) => listening);
  }

  /** All that must be reachable, for the firewalls: everything else that comes in is denied. */
  public get accessGraph(): readonly Edge[] {
    this.cache.edges ??= accessGraph({
      admissions: this._members.flatMap(({ firewall }) => firewall._edges),
      placements: this._members.flatMap(({ _placements: placements }) => placements),
      entrances: this._members.map(({ server }) => ({
        server: server.name,
        port: sshPort(server),
        controllers: controllersOf(server, this.controllers),
      })),
      technicians: this.technicians,
    });
    return this.cache.edges;
  }

  /** The collectors of node exporter that rules and dashboards need. Asked at synthesis, when all is placed. */
  public get _neededCollectors(): readonly string[] {
    this.cache.collectors ??= neededCollectors(this);
    return this.cache.collectors;
  }

  /** What a component must reach, by the connections that it declares. */
  public _edgesFrom(component: Component): readonly Edge[] {
    const { kind, server } = component._listening;
    const targets = this._listening
      .filter((other) => other.kind !== kind || other.server !== server)
      .map((other) => ({ ...other, connections: [] }));
    return placementEdges([component._placement, ...targets]);
  }

  /** The address by which one of the servers reaches another, by its name: the private one within a network. */
  public dial(from: IServer, name: string): string {
    const to = this.servers.get(name);
    if (!to) throw constructError(this, `no server "${name}"`);
    // That there is one is a matter of validation.
    return from.network === to.network ? to.address : (to.publicAddress ?? to.address);
  }

  /** Called by members when they are constructed. */
  public _join(member: Member): void {
    this.joined.push(member);
    this.servers.set(member.server.name, member.server);
    this._invalidate();
    member.server.cloudFirewall?.follow(this, member.server);
  }

  /**
   * Called when a component is placed on a member.
   *
   * @throws when there is one of its kind already, and it is neither an agent nor clustered
   */
  public _place(component: Component): void {
    const alone = !component._agent && !component._clustered;
    const twin = alone ? this._first(component.kind) : undefined;
    if (twin)
      throw constructError(
        component,
        `${twin.node.path} is this monitoring's ${component.kind} already: remove one of them`,
      );
    this.placed.push(component);
    this._invalidate();
    this.componentRun(component).add(component);
  }

  /** Called when something is added that the access graph follows from. */
  public _invalidate(): void {
    this.cache = {};
  }

  /** Called by runs when they are constructed. */
  public _addRun(run: Run): void {
    this.runs.push(run);
    this._invalidate();
    for (const prerequisite of this.prerequisites) run.after(prerequisite);
  }

  /**
   * Adds an output to the monitoring's stack.
   *
   * @throws when the stack has an output of that name
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
        `the stack has an output "${outputName}" already (${taken.node.path}): give one monitoring an outputPrefix`,
      );
    new TerraformOutput(this, outputName, { value, description, sensitive }).overrideLogicalId(outputName);
  }

  /** The run of a component's kind, which is made when the first of its kind is placed. */
  private componentRun(component: Component): ComponentRun {
    const found = this.componentRuns.get(component.kind);
    if (found) return found;
    const run = new ComponentRun(this, component.kind, component._playbook);
    this.componentRuns.set(component.kind, run);
    // An agent's run goes to every server: one that is down must not keep the others from being tidied.
    if (!component._agent && run.resource) this.cleanup.after(run.resource);
    return run;
  }

  private renderInventory(): Value {
    this.cache.inventory ??= renderInventory({
      monitoring: this.name,
      artifactLocation: this.artifacts.location,
      hosts: this._members.map(({ _inventoryHost: inventoryHost }) => inventoryHost),
      runs: this.runs.map(({ _inventoryRun: inventoryRun }) => inventoryRun),
    });
    return this.cache.inventory;
  }

  /** The runs in their order, as a person or another program starts them in the stack's folder. */
  private describeRuns(): string {
    const last = this.runs.filter((run) => run !== this.cleanup);
    return JSON.stringify(
      [...last, this.cleanup].map(({ name, _command: command }) => ({ name, command, state: this._stateDirectory })),
    );
  }
}
