import { Annotations } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Connection, Listener, Listening, Placement, portProblem } from "../../lib/access/access";
import { ArtifactRequest } from "../../lib/artifacts";
import { isPrivateAddress } from "../../lib/network/cidr";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { Variables } from "../../lib/inventory/inventory";
import { LogFormat } from "../../lib/logs/log-format";
import { LogSource } from "../../lib/logs/log-source";
import { LogUse } from "../../lib/logs/unknown-labels";
import { metricsOf } from "../../lib/metrics/catalogue";
import { MetricUse } from "../../lib/metrics/unknown-metrics";
import { playbooksDirectory } from "../../lib/paths";
import { SecretReference } from "../../lib/inventory/secret";
import { Member } from "../members/member";
import { OnMove } from "./on-move";
import { withConstructPath, constructError, rejectIf } from "../synthesis/errors";
import { sshTunnel } from "./ssh-tunnel";

/** What a kind of component is made of. */
export interface ComponentDescription {
  /** The kind: the name of its playbook, of its role and of its run. */
  readonly kind: string;
  /**
   * The name of the release archive that it is installed from.
   *
   * @default - none: its playbook brings all that it needs
   */
  readonly artifact?: string;
  /**
   * Another version than the pinned one.
   *
   * @default - the pinned one
   */
  readonly version?: string;
  /**
   * The file of a playbook of your own that installs it, by the same rules as {@link PlaybookRunProps.playbook}: all of
   * its folder is the run's content, and its plays address the servers by `hosts: run_<kind>`. When the component is not
   * placed on a server any more its port is closed and nothing scrapes it, but what the playbook installed is left alone,
   * and named by the deploy.
   *
   * @default - ours for the kind
   */
  readonly playbook?: string;
  /** What it is reached on. */
  readonly listeners: readonly Listener[];
  /**
   * Whether it belongs on every server, and not on a `MonitoringHost` only.
   *
   * @default false
   */
  readonly agent?: boolean;
  /**
   * Whether several hosts may have one, which then work together.
   *
   * @default false
   */
  readonly clustered?: boolean;
  /**
   * What becomes of its data when it moves.
   *
   * @default - it has none
   */
  readonly onMove?: OnMove;
}

/**
 * A service that is installed on a server: the one in whose scope it stands, however deep.
 *
 * Subclasses say what they listen on, whom they reach and with what variables their role runs; inventory, scrape
 * targets and runs follow from that.
 */
export abstract class Component extends Construct {
  /** The kind: the name of its playbook, of its role and of its run. */
  public readonly kind: string;
  /** The server that it is placed on. */
  public readonly member: Member;
  /** The version that is installed; empty where it is not installed from an archive. */
  public readonly version: string;
  /** Whether it belongs on every server. */
  public readonly _agent: boolean;
  /** Whether several hosts may have one; of what is neither that nor an agent, a `Monitoring` has at most one. */
  public readonly _clustered: boolean;
  /** What becomes of its data when it moves; undefined where it has none. */
  public readonly _onMove?: OnMove;
  /** The archive that it is installed from; undefined where it is not installed from one. */
  public readonly _artifactRequest?: ArtifactRequest;
  /** The file of the user's own playbook that installs it; undefined where that is ours. */
  public readonly _playbook?: string;
  private readonly ownListeners: readonly Listener[];

  /** @throws when there is no server in its scope, it cannot listen on a port that it is given, or it has no playbook */
  protected constructor(scope: Construct, id: string, description: ComponentDescription) {
    super(scope, id);
    this.kind = description.kind;
    this.ownListeners = description.listeners;
    this._agent = description.agent ?? false;
    this._clustered = description.clustered ?? false;
    this._onMove = description.onMove;
    this._playbook = description.playbook;
    rejectIf(this, this.playbookProblem());
    for (const { port } of this.ownListeners) rejectIf(this, portProblem(port));
    this.member = this.findMember();
    this._artifactRequest = this.findArtifact(description);
    this.version = this._artifactRequest?.version ?? "";
    this.member._place(this);
  }

  /** What it is reached on. */
  public get listeners(): readonly Listener[] {
    return this.ownListeners;
  }

  /** Whom it must reach. Asked at synthesis, when all is placed. */
  public get connections(): readonly Connection[] {
    return [];
  }

  /** The variables of its role on its server. Asked at synthesis, when all is placed. */
  public abstract get variables(): Variables;

  /** The secrets that its role reads on the controller. */
  public get secrets(): readonly SecretReference[] {
    return [];
  }

  /** What its role needs beside its archive, and the controller fetches, too. Asked at synthesis, when all is placed. */
  public get _downloads(): readonly ArtifactRequest[] {
    return [];
  }

  /** The files that its role copies to its server: what holds braces or quotes, and no tokens. Asked at synthesis, when all is placed. */
  public get files(): readonly GeneratedFile[] {
    return [];
  }

  /** The names of the metrics that Prometheus gets from it. Asked at synthesis, when all is placed. */
  public get emits(): ReadonlySet<string> {
    return metricsOf(this.kind);
  }

  /** What it asks of Prometheus, as rules and dashboards do: all metrics in that must be emitted. Asked at synthesis, when all is placed. */
  public get queries(): readonly MetricUse[] {
    return [];
  }

  /** What it asks of Loki, as rules and dashboards do: all labels and values in that must be emitted. Asked at synthesis, when all is placed. */
  public get logQueries(): readonly LogUse[] {
    return [];
  }

  /** Its own logs: what its unit writes to the journal. */
  public get logSources(): readonly LogSource[] {
    return [LogSource.journal(this.kind, { units: [`${this.kind}.service`], format: LogFormat.LOGFMT })];
  }

  /** What it is reached on, as the access graph sees it. */
  public get _listening(): Listening {
    return { kind: this.kind, server: this.member.server.name, agent: this._agent, listeners: this.listeners };
  }

  /** The component as the access graph sees it. Asked at synthesis, when all is placed. */
  public get _placement(): Placement {
    return { ...this._listening, connections: this.connections };
  }

  /**
   * Makes a page of the component known by outputs: where technicians open it and, where that is a public address or
   * behind a jump host, how they reach it through SSH.
   *
   * @param title what it is called, for people
   * @param known the URL by which they open it, if that does not follow from its server
   * @returns its URL
   */
  protected page(listener: string, title: string, known?: string): string {
    const { server, monitoring } = this.member;
    const { port, scheme = "http" } = this.listenerOf(listener);
    const url = known ?? `${scheme}://${server.endpoint(port)}`;
    const suffix = monitoring._first(this.kind) === this ? "" : `_${server.name.replace(/[^a-z0-9]/gi, "_")}`;
    monitoring._addOutput(`${this.kind}_url${suffix}`, url, `${title}, for technicians`);
    const publicly = server.publicAddress !== undefined && !isPrivateAddress(server.publicAddress);
    if (!publicly && server.ssh.jumpHost === undefined) return url;
    const tunnel = `${this.kind}_tunnel${suffix}`;
    monitoring._addOutput(tunnel, sshTunnel(server, port), `${title} through SSH, at ${scheme}://localhost:${port}`);
    if (!publicly || url.startsWith("https:")) return url;
    Annotations.of(this).addWarning(
      `${title} is served without TLS at a public address: what technicians read and write there can be read on the way. Open it through SSH, by the command in the output "${tunnel}"`,
    );
    return url;
  }

  /** The port of one of its listeners. */
  protected portOf(listener: string): number {
    return this.listenerOf(listener).port;
  }

  private listenerOf(listener: string): Listener {
    const found = this.listeners.find(({ name }) => name === listener);
    if (!found) throw constructError(this, `no listener "${listener}"`);
    return found;
  }

  private playbookProblem(): string | undefined {
    const ours = existsSync(join(playbooksDirectory, `${this.kind}.yml`));
    if (ours === (this._playbook === undefined)) return undefined;
    return ours
      ? `the kind "${this.kind}" is installed by our playbook of that name: give yours another kind`
      : `there is no playbook for the kind "${this.kind}": name the file of yours, as in playbook: join(__dirname, "${this.kind}", "${this.kind}.yml")`;
  }

  private findArtifact({ artifact, version }: ComponentDescription): ArtifactRequest | undefined {
    if (artifact === undefined) return undefined;
    const { monitoring, server } = this.member;
    return withConstructPath(this, "", () => monitoring.artifacts.request(artifact, server.architecture, version));
  }

  private findMember(): Member {
    const scopes: IConstruct[] = this.node.scopes;
    const member = scopes.reverse().find((construct) => construct instanceof Member);
    const remedy = `construct it in the scope of a MonitoringHost, as in new ${this.constructor.name}(host, "${this.node.id}")`;
    if (!member)
      throw constructError(this, `a component is placed by its scope, and there is no server in this one: ${remedy}`);
    if (!this._agent && !member._hostsComponents) {
      throw constructError(this, `${member.node.path} is a server that is monitored, not one that monitors: ${remedy}`);
    }
    return member;
  }
}
