import { Annotations } from "cdktf";
import { Query } from "../../lib/query";
import { Construct, IConstruct } from "constructs";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Connection, Listener, Listening, listenerProblem, Placement } from "../../lib/access/access";
import { ArtifactRequest } from "../../lib/artifacts";
import { Budgets, DiskNeed } from "../../lib/budgets";
import { isPrivateAddress } from "../../lib/network/cidr";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { Variables } from "../../lib/inventory/variables";
import { LogFormat } from "../../lib/logs/log-format";
import { LogSource } from "../../lib/logs/log-source";
import { metricsOf } from "../../lib/metrics/catalogue";
import { runNameProblem, systemUserProblem } from "../../lib/names";
import { playbooksDirectory } from "../../lib/paths";
import { Resources, resourcesProblem } from "../../lib/resources";
import { prefixed } from "../../lib/prefixed";
import { Secret, SecretReference } from "../../lib/inventory/secret";
import { IComponent } from "../contracts";
import { Member } from "../members/member";
import { encryptedListener } from "./certificates";
import { hostNameOf } from "./gateway-names";
import { GatewayUse, gatewayUseProblem, WEB, servedListeners } from "./served-listeners";
import { OnMove } from "./on-move";
import { withConstructPath, constructError, rejectIf } from "../synthesis/errors";
import { sshTunnel } from "./ssh-tunnel";

/** Description of a kind of component. */
export interface ComponentDescription {
  /** Kind of the component: the name of its playbook, its role and its run. */
  readonly kind: string;
  /**
   * Name of the release archive to install.
   *
   * @default - none; the playbook installs the component without a release archive
   */
  readonly artifact?: string;
  /**
   * Version to install instead of the pinned one.
   *
   * @default - the pinned version
   */
  readonly version?: string;
  /**
   * File of a user-provided playbook that installs the component. As in {@link PlaybookRunProps.playbook}, all files in
   * the folder of the playbook belong to the run. Its plays use `hosts: run_<kind>`. If you remove the component from a
   * server, its port is closed and Prometheus no longer scrapes it. The deploy does not uninstall the software that the
   * playbook installed, but lists the component as a reminder.
   *
   * @default - the built-in playbook of the kind
   */
  readonly playbook?: string;
  /** Ports that the component listens on. */
  readonly listeners: readonly Listener[];
  /**
   * System user of the component's processes on the server. The firewall of the server then allows the connections of
   * the component only to this user, and connections within the server to its listeners only to users that the access
   * graph allows.
   *
   * @default - the kind, for a built-in playbook. For a user-provided playbook, the user is unknown: every process on the
   * server may open the connections of the component, and connect to its listeners
   */
  readonly user?: string;
  /**
   * Whether the built-in playbook takes over an installation of the same software that is not from this library.
   *
   * @default false
   */
  readonly adopt?: boolean;
  /**
   * Limits of the memory of the service that the built-in playbook installs.
   *
   * @default - the defaults of {@link Resources}
   */
  readonly resources?: Resources;
  /**
   * Whether the component may run on any member, instead of a `MonitoringHost` only.
   *
   * @default false
   */
  readonly agent?: boolean;
  /**
   * Whether several hosts may run the component as a cluster.
   *
   * @default false
   */
  readonly clustered?: boolean;
  /**
   * What happens to the data when the component moves to another host.
   *
   * @default - the component has no data
   */
  readonly onMove?: OnMove;
  /** How the gateway serves the listener `http`. @internal */
  readonly _gateway?: GatewayUse;
}

/**
 * A service that runs on a server. The server is the member in whose scope the component is constructed.
 *
 * A subclass declares its listeners, its connections and the variables of its playbook. Inventory, firewalls, scrape
 * targets and runs are derived from these declarations.
 *
 * @example
 * class BackupExporter extends Component {
 *   public constructor(scope: Construct, id: string) {
 *     super(scope, id, {
 *       kind: "backup_exporter",
 *       playbook: join(__dirname, "backup-exporter", "backup_exporter.yml"),
 *       agent: true,
 *       listeners: [{ name: "http", port: 9150, protocol: "tcp", scrapeJob: "backup" }],
 *     });
 *   }
 *
 *   public override get emits(): ReadonlySet<string> {
 *     return new Set(["backup_age_seconds"]);
 *   }
 *
 *   public get variables(): Variables {
 *     return { backup_exporter_port: this.portOf("http") };
 *   }
 * }
 */
export abstract class Component extends Construct implements IComponent {
  /** Kind of the component: the name of its playbook, its role and its run. @extension */
  public readonly kind: string;
  /** Member on which the component runs. */
  public readonly member: Member;
  /** Installed version; empty if the component has no release archive. */
  public readonly version: string;
  /** Whether the component may run on any member. @internal */
  public readonly _agent: boolean;
  /** Whether several hosts may run the component as a cluster. @internal */
  public readonly _clustered: boolean;
  /** Whether to take over an installation that is not from this library. @internal */
  public readonly _adopt: boolean;
  /** Changes to the limits of the memory. @internal */
  public readonly _resources: Resources;
  /** What happens to the data on a move; undefined if the component has no data. @internal */
  public readonly _onMove?: OnMove;
  /** Release archive to install; undefined if there is none. @internal */
  public readonly _artifactRequest?: ArtifactRequest;
  /** File of the user-provided playbook; undefined for a built-in playbook. @internal */
  public readonly _playbook?: string;
  private readonly gatewayUse?: GatewayUse;
  private readonly declaredListeners: readonly Listener[];
  private readonly user?: string;

  /** @throws if no server is in scope, a port or a name is invalid, or the kind has no playbook */
  protected constructor(scope: Construct, id: string, description: ComponentDescription) {
    super(scope, id);
    this.kind = description.kind;
    this.declaredListeners = description.listeners;
    this._agent = description.agent ?? false;
    this._clustered = description.clustered ?? false;
    this._adopt = description.adopt ?? false;
    this._resources = description.resources ?? {};
    this._onMove = description.onMove;
    this._playbook = description.playbook;
    this.gatewayUse = description._gateway;
    rejectIf(this, prefixed("kind", runNameProblem(this.kind)) ?? this.playbookProblem());
    rejectIf(this, resourcesProblem(this._resources));
    for (const listener of this.declaredListeners) rejectIf(this, listenerProblem(listener));
    if (this.gatewayUse !== undefined) rejectIf(this, gatewayUseProblem(this.gatewayUse));
    this.user = description.user ?? (this._playbook === undefined ? this.kind : undefined);
    if (this.user !== undefined) rejectIf(this, prefixed("user", systemUserProblem(this.user)));
    this.member = this.findMember();
    this._artifactRequest = this.findArtifact(description);
    this.version = this._artifactRequest?.version ?? "";
    this.member._place(this);
  }

  /** Ports that the component listens on. @extension */
  public get listeners(): readonly Listener[] {
    const listeners = this._withTransport(this.declaredListeners);
    if (this._apiPort === undefined || this.gatewayUse === undefined) return listeners;
    return servedListeners(listeners, this.gatewayUse, this.member.monitoring.transport);
  }

  /** Returns listeners as they are with the transport of the monitoring. @internal */
  protected _withTransport(listeners: readonly Listener[]): readonly Listener[] {
    if (!this.member.monitoring.transport._encrypted) return listeners;
    return listeners.map((listener) => encryptedListener(this.kind, listener));
  }

  /** Port of the component itself on the loopback address; undefined if no gateway serves its port. @internal */
  public get _apiPort(): number | undefined {
    const { gatewayUse: use, declaredListeners: listeners } = this;
    // A component with a certificate of the user serves TLS itself.
    if (use === undefined || listeners.some(({ scheme }) => scheme === "https")) return undefined;
    return use.always || this.member.monitoring.transport._encrypted ? use.apiPort : undefined;
  }

  /** Settings of the gateway for its site of this component, with certificates. @internal */
  public get _siteSettings(): Variables {
    return {};
  }

  /** Connections to the listeners of other components. Complete at synthesis. @extension */
  public get connections(): readonly Connection[] {
    return [];
  }

  /** Variables of the playbook on the server. Complete at synthesis. @extension */
  public abstract get variables(): Variables;

  /** Secrets of the playbook, by the name that the playbook uses. @extension */
  public get secrets(): Readonly<Record<string, Secret>> {
    return {};
  }

  /** Entries of the secrets in the inventory. @internal */
  public get _secretReferences(): readonly SecretReference[] {
    return Object.entries(this.secrets).map(([name, secret]) => secret._reference(name));
  }

  /** Downloads of the controller in addition to the release archive. Complete at synthesis. @internal */
  public get _downloads(): readonly ArtifactRequest[] {
    return [];
  }

  /**
   * Files that the synthesis generates and the playbook copies to the server. Use files instead of variables for text
   * with braces or quotes. The files must not contain tokens. Complete at synthesis.
   *
   * @extension
   */
  public get files(): readonly GeneratedFile[] {
    return [];
  }

  /** Names of the metrics that Prometheus scrapes from the component. Complete at synthesis. @extension */
  public get emits(): ReadonlySet<string> {
    return metricsOf(this.kind);
  }

  /**
   * PromQL queries of the component, such as those of rules. The synthesis rejects a query for a metric that nothing
   * emits. Complete at synthesis.
   *
   * @extension
   */
  public get queries(): readonly Query[] {
    return [];
  }

  /**
   * LogQL queries of the component, such as those of rules. The synthesis rejects a query for a label that no log source
   * emits. Complete at synthesis.
   *
   * @extension
   */
  public get logQueries(): readonly Query[] {
    return [];
  }

  /** Node exporter collectors that the component needs, in addition to those of its queries. @internal */
  public get _collectors(): readonly string[] {
    return [];
  }

  /** Amounts of data that the component is meant to hold. @internal */
  public get _budgets(): Budgets {
    return {};
  }

  /** Disk space that the component needs; undefined if it is small or not on the disk of the server. @internal */
  public get _diskNeed(): DiskNeed | undefined {
    return undefined;
  }

  /** Log sources of the component. By default, the log source is the journal of the unit `<kind>.service`. @extension */
  public get logSources(): readonly LogSource[] {
    return [LogSource.journal(this.kind, { units: [`${this.kind}.service`], format: LogFormat.LOGFMT })];
  }

  /** Listeners of the component in the access graph. @internal */
  public get _listening(): Listening {
    const { kind, listeners, user } = this;
    return {
      kind,
      server: this.member.server.name,
      agent: this._agent,
      listeners,
      ...(user === undefined ? {} : { user }),
    };
  }

  /** Listeners and connections of the component in the access graph. Complete at synthesis. @internal */
  public get _placement(): Placement {
    return { ...this._listening, connections: this.connections };
  }

  /**
   * Adds outputs for a web UI of the component: its URL and, if the server has a public address or a jump host, the
   * command of an SSH tunnel.
   *
   * @param listener name of the listener that serves the web UI; with web UIs by http, technicians use the listener `web` instead
   * @param title name of the web UI in descriptions and warnings
   * @param known URL of the web UI, if it differs from the address and port of the server
   * @returns the URL
   * @extension
   */
  protected addWebUi(listener: string, title: string, known?: string): string {
    const { server, monitoring } = this.member;
    const { port, scheme = "http" } =
      this.listeners.find(({ name }) => listener === "http" && name === WEB) ?? this.listenerOf(listener);
    const hostName = hostNameOf(monitoring, this.kind);
    const url = known ?? (hostName === undefined ? `${scheme}://${server.endpoint(port)}` : `https://${hostName}`);
    const suffix =
      monitoring._first(this.kind)?.node === this.node ? "" : `_${server.name.replace(/[^a-z0-9]/gi, "_")}`;
    monitoring._addOutput(`${this.kind}_url${suffix}`, url, `URL of ${title}, for technicians`);
    const publicly = server.publicAddress !== undefined && !isPrivateAddress(server.publicAddress);
    if (!publicly && server.ssh.jumpHost === undefined) return url;
    const tunnel = `${this.kind}_tunnel${suffix}`;
    monitoring._addOutput(
      tunnel,
      sshTunnel(server, monitoring, port),
      `SSH tunnel to ${title}: opens ${scheme}://localhost:${port}; run it in the folder of the project`,
    );
    if (!publicly || url.startsWith("https:")) return url;
    Annotations.of(this).addWarning(
      `${title} is served without TLS at a public address: others can read the traffic. Open it through the SSH tunnel in the output "${tunnel}"`,
    );
    return url;
  }

  /**
   * Returns the port of a listener.
   *
   * @throws if the component has no listener of that name
   * @extension
   */
  protected portOf(listener: string): number {
    return this.listenerOf(listener).port;
  }

  /** Port on which the service itself listens. */
  protected get servicePort(): number {
    return this._apiPort ?? this.portOf("http");
  }

  private listenerOf(listener: string): Listener {
    const found = this.listeners.find(({ name }) => name === listener);
    if (!found) throw constructError(this, `no listener is called "${listener}"`);
    return found;
  }

  private playbookProblem(): string | undefined {
    const isBuiltIn = existsSync(join(playbooksDirectory, `${this.kind}.yml`));
    if (isBuiltIn === (this._playbook === undefined)) return undefined;
    return isBuiltIn
      ? `the kind "${this.kind}" has a built-in playbook: choose another kind for the user-provided playbook`
      : `the kind "${this.kind}" has no built-in playbook: set the file of your playbook, as in playbook: join(__dirname, "${this.kind}", "${this.kind}.yml")`;
  }

  private findArtifact({ artifact, version }: ComponentDescription): ArtifactRequest | undefined {
    if (artifact === undefined) return undefined;
    const { monitoring, server } = this.member;
    return withConstructPath(this, "", () => monitoring.artifacts._request(artifact, server.architecture, version));
  }

  private findMember(): Member {
    const scopes: IConstruct[] = this.node.scopes;
    const member = scopes.reverse().find((construct) => construct instanceof Member);
    const remedy = `construct it in the scope of a MonitoringHost, as in new ${this.constructor.name}(host, "${this.node.id}")`;
    if (!member) throw constructError(this, `no server is in the scope of this component: ${remedy}`);
    if (!this._agent && !member._hostsComponents) {
      throw constructError(this, `${member.node.path} is not a MonitoringHost: ${remedy}`);
    }
    return member;
  }
}
