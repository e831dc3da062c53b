import { Token } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { Listener, Listening, Placement } from "../../lib/access/access";
import { HostConnection, HostFacts, InventoryHost } from "../../lib/inventory/inventory";
import { keyFileProblem } from "../../lib/servers/key-file";
import { LogSource } from "../../lib/logs/log-source";
import { jobNameProblem, metricNameProblem, serverNameProblem } from "../../lib/names";
import { Port } from "../../lib/access/peer";
import type { Component } from "../components/component";
import { ExporterFirewall, FirewallMode } from "./exporter-firewall";
import type { Monitoring } from "../monitoring";
import { withConstructPath, constructError, rejectIf } from "../synthesis/errors";
import { IServer } from "../contracts";

/** Something on a server that is not ours and has metrics: an exporter, or an application. */
export interface Exporter {
  /** The job under which Prometheus scrapes it, at `/metrics`. */
  readonly job: string;
  /** The port that it listens on. */
  readonly port: number;
  /**
   * The names of those of its metrics that rules and dashboards use, as they are queried: `http_requests_total`, of a
   * histogram `http_duration_seconds_bucket`. What uses a metric that nothing is known to emit is refused.
   *
   * @default - none
   */
  readonly metrics?: readonly string[];
}

/** Settings of every kind of member. */
export interface MemberProps {
  /** What watches the server. */
  readonly monitoring: Monitoring;
  /** The server. */
  readonly server: IServer;
  /**
   * How much the server's own firewall closes.
   *
   * @default FirewallMode.GUARD
   */
  readonly firewall?: FirewallMode;
  /**
   * What is on the server already and has metrics. Prometheus scrapes it, and it and technicians only reach it.
   *
   * @default - none
   */
  readonly exporters?: readonly Exporter[];
}

/** The kind of what is on a server already. */
const EXPORTER = "exporter";

const MEMBER = Symbol.for("cdktf-monitoring.member");

/** A server that belongs to a `Monitoring`. */
export abstract class Member extends Construct {
  /** What watches the server. */
  public readonly monitoring: Monitoring;
  /** The server. */
  public readonly server: IServer;
  /** Whether components other than agents may be placed on it. */
  public abstract readonly _hostsComponents: boolean;
  /** The server as the inventory knows it. Its tokens are read here, once, and not by whoever renders it late. */
  public readonly _inventoryHost: InventoryHost;
  /** Who may reach the server. */
  public readonly firewall: ExporterFirewall;
  /** The names of metrics that its exporters are said to emit. */
  public readonly _declaredMetrics: readonly string[];
  private readonly placed: Component[] = [];
  private readonly exporters: readonly Listener[];

  /** @throws when the server's name or an exporter is unusable, or the server belongs to another member */
  protected constructor(scope: Construct, id: string, props: MemberProps) {
    super(scope, id);
    this.monitoring = props.monitoring;
    this.server = props.server;
    rejectIf(props.server, serverNameProblem(props.server.name));
    claim(this, props.server);
    props.server.node.addValidation({
      validate: () => (this.monitoring.provision ? accessProblems(props.server) : []),
    });
    this.exporters = this.exporterListeners(props.exporters ?? []);
    this._declaredMetrics = (props.exporters ?? []).flatMap(({ metrics = [] }) => metrics);
    this._inventoryHost = {
      connection: connectionOf(props.server),
      place: { network: props.server.network.node.path, publicAddress: props.server.publicAddress },
      facts: factsOf(props.server),
    };
    this.firewall = new ExporterFirewall(this, "firewall", props.firewall ?? FirewallMode.GUARD);
    this.monitoring._join(this);
  }

  /** What is placed on the server. */
  public get _components(): readonly Component[] {
    return [...this.placed];
  }

  /** What the server is reached on. */
  public get _listening(): readonly Listening[] {
    return [...this.placed.map(({ _listening: listening }) => listening), ...this.foreign];
  }

  /** What is placed on the server, as the access graph sees it. Asked at synthesis, when all is placed. */
  public get _placements(): readonly Placement[] {
    return [...this.placed.map(({ _placement: placement }) => placement), ...this.foreign];
  }

  /** What its log agent sends beside what all of them do. Asked at synthesis, when all is placed. */
  public get _logSources(): readonly LogSource[] {
    return this.placed.flatMap(({ logSources }) => logSources);
  }

  private get foreign(): Placement[] {
    if (this.exporters.length === 0) return [];
    const { exporters: listeners, server } = this;
    return [{ kind: EXPORTER, server: server.name, agent: false, listeners, connections: [] }];
  }

  /** Called by components when they are constructed in the member's scope. */
  public _place(component: Component): void {
    const twin = this.placed.find(({ kind }) => kind === component.kind);
    if (twin)
      throw constructError(
        component,
        `${twin.node.path} is a ${component.kind} on the same server already: remove one of them`,
      );
    this.placed.push(component);
    this.monitoring._place(component);
  }

  private exporterListeners(exporters: readonly Exporter[]): Listener[] {
    return exporters.map(({ job, port, metrics = [] }, index) => {
      rejectIf(this, jobNameProblem(job));
      withConstructPath(this, `exporters: "${job}": `, () => Port.tcp(port));
      for (const metric of metrics) rejectIf(this, metricNameProblem(metric));
      if (exporters.findIndex((other) => other.job === job) < index)
        throw constructError(this, `exporters: there are two of the job "${job}": give one of them another name`);
      return { name: job, port, protocol: "tcp", scrapeJob: job, technicians: true };
    });
  }
}

function claim(member: Member, server: IServer): void {
  const owner = (server as { [MEMBER]?: IConstruct })[MEMBER];
  if (owner)
    throw constructError(
      member,
      `the server "${server.name}" (${server.node.path}) belongs to ${owner.node.path} already: a server is monitored once`,
    );
  Object.defineProperty(server, MEMBER, { value: member });
}

/** What of a server's SSH access this machine could not use; what Terraform makes is not there yet. */
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
