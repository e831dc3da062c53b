import { Token } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { Listener, Listening, Placement } from "../../lib/access/access";
import { HostConnection, HostFacts, InventoryHost } from "../../lib/inventory/inventory";
import { addressProblem } from "../../lib/network/address";
import { keyFileProblem } from "../../lib/servers/key-file";
import { sshAccessProblem } from "../../lib/servers/ssh-access";
import { LogSource } from "../../lib/logs/log-source";
import { jobNameProblem, metricNameProblem, serverNameProblem } from "../../lib/names";
import { Port } from "../../lib/access/peer";
import { ExporterFirewall, FirewallMode } from "./exporter-firewall";
import { withConstructPath, constructError, rejectIf } from "../synthesis/errors";
import { IComponent, IMember, IMonitoring, IServer, OnLeave } from "../contracts";

/** A user-provided exporter or application with metrics on a server. */
export interface Exporter {
  /** Name of the scrape job: the label `job`. Prometheus scrapes the path `/metrics`. */
  readonly job: string;
  /** Port that the exporter listens on. */
  readonly port: number;
  /**
   * Names of metrics that your rules and dashboards use, exactly as in queries: `http_requests_total`, or for a
   * histogram `http_duration_seconds_bucket`. The synthesis rejects a query for a metric that nothing emits.
   *
   * @default - none
   */
  readonly metrics?: readonly string[];
}

/** Settings of every kind of member. */
export interface MemberProps {
  /** Monitoring that the server belongs to. */
  readonly monitoring: IMonitoring;
  /** Server that becomes a member. Each server can belong to one member only. */
  readonly server: IServer;
  /**
   * Mode of the host firewall.
   *
   * @default FirewallMode.GUARD
   */
  readonly firewall?: FirewallMode;
  /**
   * Exporters that already run on the server. Prometheus scrapes them. Only Prometheus and technicians can connect to
   * them.
   *
   * @default - none
   */
  readonly exporters?: readonly Exporter[];
}

/** Kind of user-provided exporters in the access graph. */
const EXPORTER = "exporter";

const MEMBER = Symbol.for("cdktf-monitoring.member");

/** A server that belongs to a `Monitoring`: the base class of `MonitoredServer` and `FirewalledServer`. */
export abstract class Member extends Construct implements IMember {
  /** Monitoring that the server belongs to. */
  public readonly monitoring: IMonitoring;
  /** Server of the member. */
  public readonly server: IServer;
  /** Whether the server may host components other than agents. @internal */
  public abstract readonly _hostsComponents: boolean;
  /** Entry of the server in the inventory. The constructor reads the tokens once. @internal */
  public readonly _inventoryHost: InventoryHost;
  /** Host firewall and, if the server has one, cloud firewall. */
  public readonly firewall: ExporterFirewall;
  /** Names of the metrics that the user-provided exporters declare. @internal */
  public readonly _declaredMetrics: readonly string[];
  private readonly placed: IComponent[] = [];
  private readonly exporters: readonly Listener[];

  /** @throws if the name of the server or an exporter is invalid, or the server already belongs to another member */
  protected constructor(scope: Construct, id: string, props: MemberProps) {
    super(scope, id);
    this.monitoring = props.monitoring;
    this.server = props.server;
    rejectIf(props.server, serverNameProblem(props.server.name) ?? textProblem(props.server));
    claim(this, props.server);
    props.server.node.addValidation({
      validate: () => (this.monitoring.provision ? accessProblems(props.server) : []),
    });
    this.exporters = this.exporterListeners(props.exporters ?? []);
    this._declaredMetrics = (props.exporters ?? []).flatMap(({ metrics = [] }) => metrics);
    this._inventoryHost = {
      connection: connectionOf(props.server),
      location: {
        network: props.server.network.node.path,
        publicAddress: props.server.publicAddress,
        secondAddress: props.server.secondAddress,
      },
      facts: factsOf(props.server),
      uninstallOnLeave: props.server.onLeave !== undefined && props.server.onLeave !== OnLeave.NOTHING,
    };
    this.firewall = new ExporterFirewall(this, "firewall", props.firewall ?? FirewallMode.GUARD);
    this.monitoring._join(this);
  }

  /** Components on the server. @internal */
  public get _components(): readonly IComponent[] {
    return [...this.placed];
  }

  /** Listeners of the server. @internal */
  public get _listening(): readonly Listening[] {
    return [...this.placed.map(({ _listening: listening }) => listening), ...this.exporterPlacements];
  }

  /** Listeners and connections of the server. Complete at synthesis. @internal */
  public get _placements(): readonly Placement[] {
    return [...this.placed.map(({ _placement: placement }) => placement), ...this.exporterPlacements];
  }

  /** Log sources in addition to the built-in ones. Complete at synthesis. @internal */
  public get _logSources(): readonly LogSource[] {
    return this.placed.flatMap(({ logSources }) => logSources);
  }

  private get exporterPlacements(): Placement[] {
    if (this.exporters.length === 0) return [];
    const { exporters: listeners, server } = this;
    return [{ kind: EXPORTER, server: server.name, agent: false, listeners, connections: [] }];
  }

  /**
   * Adds a component. The constructor of each component in the scope of the member calls this method.
   *
   * @throws if the server already has a component of this kind
   * @internal
   */
  public _place(component: IComponent): void {
    const twin = this.placed.find(({ kind }) => kind === component.kind);
    if (twin)
      throw constructError(
        component,
        `the server already has a ${component.kind} (${twin.node.path}): remove one of them`,
      );
    this.placed.push(component);
    this.monitoring._place(component);
  }

  /** Starts to send logs, if this kind of member does. @internal */
  public _sendLogs(): void {
    // Only a MonitoredServer has a log agent.
  }

  private exporterListeners(exporters: readonly Exporter[]): Listener[] {
    return exporters.map(({ job, port, metrics = [] }, index) => {
      rejectIf(this, jobNameProblem(job));
      withConstructPath(this, `exporters: "${job}": `, () => Port.tcp(port));
      for (const metric of metrics) rejectIf(this, metricNameProblem(metric));
      if (exporters.findIndex((other) => other.job === job) < index)
        throw constructError(this, `exporters: two exporters have the job "${job}": rename one of the jobs`);
      return { name: job, port, protocol: "tcp", scrapeJob: job, technicians: true };
    });
  }
}

/** Returns the first problem with the texts of a server, which any class may have implemented. Does not check tokens. */
function textProblem({ ssh, address, publicAddress, secondAddress, bindAddress }: IServer): string | undefined {
  const isKnown = (text: string): boolean => !Token.isUnresolved(text);
  const addresses = Object.entries({ address, publicAddress, secondAddress, bindAddress: bindAddress || undefined });
  const malformed = addresses.flatMap(([setting, text]) => {
    const found = text !== undefined && isKnown(text) ? addressProblem(text) : undefined;
    return found === undefined ? [] : [`${setting}: ${found}`];
  });
  return malformed[0] ?? sshAccessProblem(ssh, isKnown);
}

function claim(member: Member, server: IServer): void {
  const owner = (server as { [MEMBER]?: IConstruct })[MEMBER];
  if (owner)
    throw constructError(
      member,
      `the server "${server.name}" (${server.node.path}) already belongs to ${owner.node.path}: remove one of the members`,
    );
  Object.defineProperty(server, MEMBER, { value: member });
}

/** Returns the problem of the key file on this machine, if any. Skips a key file that Terraform creates later. */
function accessProblems({ ssh: { keyFile } }: IServer): string[] {
  if (keyFile === undefined || Token.isUnresolved(keyFile)) return [];
  const found = keyFileProblem(keyFile);
  return found === undefined ? [] : [found];
}

function connectionOf(server: IServer): HostConnection {
  const { ssh, id } = server;
  return {
    host: ssh.host,
    port: ssh.port ?? 22,
    user: ssh.user,
    sudoPassword: ssh.sudoPassword?._reference("sudo"),
    keyFile: ssh.keyFile,
    jumpHost: ssh.jumpHost,
    knownHostsFile: ssh.knownHostsFile,
    hostKeys: ssh.hostKeys ?? [],
    hostKeyAlias: ssh.hostKeyAlias ?? id,
    waitSeconds: ssh.waitSeconds ?? 120,
  };
}

function factsOf(server: IServer): HostFacts {
  const { name, id, generation, address, bindAddress, architecture } = server;
  return { name, id, generation, address, bind: bindAddress, architecture };
}
