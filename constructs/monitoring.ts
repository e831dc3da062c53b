import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { AssetType, Fn, Lazy, TerraformAsset, TerraformLocal, TerraformOutput, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import { accessEdges, Edge, portProblems } from "../lib/access";
import { ArtifactRequest, Artifacts } from "../lib/artifacts";
import { cidrProblem } from "../lib/cidr";
import { contentHash } from "../lib/content-hash";
import { renderInventory, Value } from "../lib/inventory";
import { playbooksDirectory } from "../lib/paths";
import type { Component } from "./component";
import { ComponentRun } from "./component-run";
import type { Member } from "./member";
import { requireNullProvider } from "./null-provider";
import { problem, refuse } from "./problem";
import { ReconcileRun } from "./reconcile-run";
import { late, Run } from "./run";
import { projectFile, stateDirectory } from "./state";

/** Settings of a {@link Monitoring}. */
export interface MonitoringProps {
  /** The addresses that people work from, as CIDR blocks: `203.0.113.7/32`. */
  readonly technicians: readonly string[];
  /**
   * The value of the label `monitoring` of all series, for whoever has more than one.
   *
   * @default "monitoring"
   */
  readonly name?: string;
  /**
   * What the names of the outputs begin with, for a second monitoring in a stack: `test_` makes `test_prometheus_url`.
   *
   * @default - nothing
   */
  readonly outputPrefix?: string;
  /**
   * Where the release archives come from.
   *
   * @default - what the environment says, else the projects' own releases
   */
  readonly artifacts?: Artifacts;
}

/**
 * The servers that are watched, and what watches them. Servers join it as `MonitoringHost` or `MonitoredServer`, in any
 * order; components are placed on hosts by their scope. Its outputs are `inventory` and the components' addresses.
 */
export class Monitoring extends Construct {
  public readonly name: string;
  public readonly technicians: readonly string[];
  public readonly artifacts: Artifacts;
  /** The Ansible inventory, as an expression that Terraform evaluates when it applies. */
  public readonly inventory: unknown;
  /** The folder of the playbooks, as Terraform sees it. */
  public readonly playbooksPath: string;
  /** The private folder of its runs, as Terraform sees it. */
  public readonly stateDirectory: string;
  private readonly outputPrefix: string;
  private readonly joined: Member[] = [];
  private readonly placed: Component[] = [];
  private readonly runs: Run[] = [];
  private readonly componentRuns = new Map<string, ComponentRun>();
  private readonly fetching: NullResource;
  private readonly reconcile: ReconcileRun;

  /** @throws when an address is not a CIDR block, or the stack has a monitoring whose outputs have the same names */
  public constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.name = props.name ?? "monitoring";
    this.outputPrefix = props.outputPrefix ?? "";
    if (!/^([a-z][a-z0-9_]*)?$/.test(this.outputPrefix)) {
      throw problem(
        this,
        `outputPrefix: "${this.outputPrefix}" must have lower-case letters, digits and underscores only, a letter first`,
      );
    }
    this.stateDirectory = stateDirectory(this) + (this.outputPrefix === "" ? "" : `-${this.outputPrefix}`);
    this.technicians = [...props.technicians];
    for (const cidr of this.technicians) refuse(this, prefixed("technicians: ", cidrProblem(cidr)));
    this.artifacts = props.artifacts ?? Artifacts.fromEnvironment();

    requireNullProvider(this);
    const content = contentHash(playbooksDirectory, ["."]);
    const asset = new TerraformAsset(this, "playbooks", {
      path: playbooksDirectory,
      type: AssetType.DIRECTORY,
      assetHash: content,
    });
    this.playbooksPath = asset.path;
    this.inventory = new TerraformLocal(
      this,
      "data",
      Lazy.anyValue({ produce: () => this.renderInventory() }),
    ).expression;
    // No secret: only too long to be printed by every deploy.
    this.output("inventory", Fn.jsonencode(this.inventory), "Ansible's inventory of all servers", true);
    this.fetching = this.fetchArtifacts();
    this.reconcile = new ReconcileRun(this);
    this.node.addValidation({ validate: () => this.validateTopology() });
  }

  /** All servers that joined, in the order of their names. */
  public get members(): readonly Member[] {
    return [...this.joined].sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
  }

  /** All components that are placed, in the order of their servers' names. */
  public get components(): readonly Component[] {
    return this.members.flatMap(({ components }) => components);
  }

  /** What a component must reach, by the connections that it declares. */
  public edgesFrom(component: Component): readonly Edge[] {
    const others = this.components.filter((other) => other !== component);
    const targets = others.map(({ kind, member, listeners }) => ({
      kind,
      server: member.server.name,
      listeners,
      connections: [],
    }));
    return accessEdges([component.placement, ...targets]);
  }

  /** The address by which the servers reach one of them, by its name. */
  public dial(name: string): string {
    const server = this.joined.find((member) => member.server.name === name)?.server;
    if (!server) throw problem(this, `no server "${name}"`);
    return server.address;
  }

  /** Called by members when they are constructed. */
  public join(member: Member): void {
    this.joined.push(member);
  }

  /**
   * Called when a component is placed on a member.
   *
   * @throws when there is one of its kind already, and it is no agent
   */
  public place(component: Component): void {
    const twin = component.agent ? undefined : this.placed.find(({ kind }) => kind === component.kind);
    if (twin)
      throw problem(component, `${twin.node.path} is this monitoring's ${component.kind} already: remove one of them`);
    this.placed.push(component);
    this.componentRun(component).add(component);
  }

  /** Called by runs when they are constructed. */
  public addRun(run: Run): void {
    this.runs.push(run);
    run.after(this.fetching);
  }

  /**
   * Adds an output to the monitoring's stack.
   *
   * @throws when the stack has an output of that name
   */
  public output(name: string, value: string, description: string, sensitive = false): void {
    const stack = TerraformStack.of(this);
    const outputName = `${this.outputPrefix}${name}`;
    const taken = stack.node
      .findAll()
      .find((child) => child instanceof TerraformOutput && child.friendlyUniqueId === outputName);
    if (taken)
      throw problem(
        this,
        `the stack has an output "${outputName}" already (${taken.node.path}): give one monitoring an outputPrefix`,
      );
    new TerraformOutput(this, outputName, { value, description, sensitive }).overrideLogicalId(outputName);
  }

  /** The run of a component's kind, which is made when the first of its kind is placed. */
  private componentRun(component: Component): ComponentRun {
    const found = this.componentRuns.get(component.kind);
    if (found) return found;
    const run = new ComponentRun(this, component.kind);
    this.componentRuns.set(component.kind, run);
    // An agent's run goes to every server: one that is down must not keep the others from being tidied.
    if (!component.agent) this.reconcile.after(run.resource);
    return run;
  }

  /** The resource that fills the controller's cache, so that a wrong archive stops the deploy before any server is touched. */
  private fetchArtifacts(): NullResource {
    const requests = (): readonly ArtifactRequest[] => this.runs.flatMap(({ inventoryRun }) => inventoryRun.artifacts);
    const located = (): string =>
      JSON.stringify(requests().map((request) => ({ ...request, location: this.artifacts.location })));
    return new NullResource(this, "artifacts", {
      triggers: { requests: late(() => createHash("sha256").update(JSON.stringify(requests())).digest("hex")) },
      provisioners: [
        {
          type: "local-exec",
          command: `printf %s "$MONITORING_ARTIFACTS" | python3 ${this.playbooksPath}/artifacts.py ensure - --lock ${projectFile("artifacts.lock.json")} >/dev/null`,
          environment: { MONITORING_ARTIFACTS: late(located) },
        },
      ],
    });
  }

  private renderInventory(): Value {
    return renderInventory({
      monitoring: this.name,
      artifactLocation: this.artifacts.location,
      hosts: this.members.map(({ inventoryHost }) => inventoryHost),
      runs: this.runs.map(({ inventoryRun }) => inventoryRun),
    });
  }

  private validateTopology(): string[] {
    const names = this.joined.map(({ server }) => server.name);
    const sshPorts = new Map(this.joined.map(({ server }) => [server.name, server.ssh.port ?? 22]));
    return [
      ...repeated(names).map(
        (name) =>
          `two servers are called "${name}" (${this.pathsOf(name)}): names must differ, they are the label "instance"`,
      ),
      ...(this.componentRuns.has("prometheus")
        ? []
        : ['no Prometheus is placed: construct one on a MonitoringHost, as in new Prometheus(host, "prometheus")']),
      ...this.networkProblems(),
      ...portProblems(
        this.components.map(({ placement }) => placement),
        sshPorts,
      ),
    ];
  }

  private networkProblems(): string[] {
    const [first, ...others] = this.joined;
    const strangers = others
      .filter(({ server }) => server.network !== first?.server.network)
      .map(({ server }) => `"${server.name}"`);
    if (!first || strangers.length === 0) return [];
    return [
      `the servers ${strangers.join(", ")} are in another network than "${first.server.name}" (${first.server.network.name}) and cannot be reached from there`,
    ];
  }

  private pathsOf(name: string): string {
    return this.joined
      .filter(({ server }) => server.name === name)
      .map(({ node }) => node.path)
      .join(", ");
  }
}

function prefixed(prefix: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${prefix}${text}`;
}

function repeated(texts: readonly string[]): string[] {
  return [...new Set(texts.filter((text, index) => texts.indexOf(text) !== index))];
}
