import { Token } from "cdktf";
import { Query } from "../../lib/query";
import { Construct } from "constructs";
import { Connection, Listener, portProblem } from "../../lib/access/access";
import { ruleQueries } from "../../lib/alerts/queries";
import { RuleGroup } from "../../lib/alerts/rule";
import { ruleFile } from "../../lib/alerts/rule-file";
import { Budgets, DEFAULT_DAILY_VOLUME, DiskNeed, logDiskNeed } from "../../lib/budgets";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { hostPort } from "../../lib/network/host-port";
import { Value, Variables } from "../../lib/inventory/variables";
import {
  limitSettings,
  LogLimits,
  serverLimits,
  S3Storage,
  lokiSettingsProblem,
  StreamRetention,
} from "../../lib/logs/loki-settings";
import { Secret } from "../../lib/inventory/secret";
import { byteSize } from "../../lib/units";
import { builtIn } from "./built-in";
import { clusterNetworkProblems } from "./cluster-network";
import { Component } from "./component";
import { extraFlags } from "./extra-flags";
import { serveByGateway } from "./gateway";
import { ApiPortProps } from "./gateway-props";
import { grafanaUrl } from "./grafana-url";
import { AdoptProps } from "./adopt";
import { ResourceProps } from "./resources";
import { MovableProps } from "./on-move";
import { constructError, rejectIf } from "../synthesis/errors";
import { Prometheus } from "./prometheus";

/** Settings of a {@link Loki}. */
export interface LokiProps extends AdoptProps, ApiPortProps, MovableProps, ResourceProps {
  /**
   * Port of the HTTP API, which the gateway serves. Log agents send to it, and Grafana queries it.
   *
   * @default 3100
   */
  readonly port?: number;
  /**
   * Port at which the Lokis of a cluster query each other by gRPC. A single Loki listens there on loopback only.
   *
   * @default 9095
   */
  readonly grpcPort?: number;
  /**
   * Port at which the Lokis of a cluster find each other. A single Loki does not use it.
   *
   * @default 7946
   */
  readonly gossipPort?: number;
  /**
   * Time for which Loki keeps log lines: at least one day. Loki deletes older lines within hours.
   *
   * @default "30d"
   */
  readonly retention?: string;
  /**
   * Volume of log lines per day that Loki is meant to store, before compression, such as `500MB` or `2GB`. The alert
   * LokiVolumeOverBudget reports when there is more. The synthesis warns if the lines do not fit the disk of the server.
   *
   * @default "2GB"
   */
  readonly dailyVolume?: string;
  /**
   * Streams with another retention. If several selectors match a stream, the first one applies.
   *
   * @default - none
   */
  readonly streamRetention?: readonly StreamRetention[];
  /**
   * Limits of ingestion and queries. Loki rejects lines above a limit and counts them, and an alert reports them.
   *
   * @default - the defaults of {@link LogLimits}
   */
  readonly limits?: LogLimits;
  /**
   * Whether Loki accepts delete requests. The gateway forwards none of them: send them on the server to the `apiPort`.
   *
   * @default false
   */
  readonly deletable?: boolean;
  /**
   * S3 bucket that stores the lines. If you change the storage later, the existing lines are not moved, and queries no
   * longer find them.
   *
   * @default - the disk of the server
   */
  readonly s3?: S3Storage;
  /**
   * Additional command-line flags, as `--name` or `--name=value`.
   *
   * @default - none
   */
  readonly extraFlags?: readonly string[];
  /**
   * Version to install instead of the pinned one.
   *
   * @default - the pinned version
   */
  readonly version?: string;
}

const KIND = "loki";
const RETENTION = "30d";
const ALERTMANAGER = "alertmanager";
const PROMETHEUS = "prometheus";

/**
 * Loki: stores the log lines of every member.
 *
 * It runs on the host in whose scope it is constructed, behind a gateway: the reverse proxy Caddy accepts lines of log
 * agents and queries of Grafana and technicians, and rejects all other requests. It evaluates the alerts about logs,
 * sends them to Alertmanager, and writes their state to Prometheus. On three or more hosts with S3 storage, the Lokis
 * form a cluster: three of them receive each line, so that every line stays available while one of them is down.
 *
 * @example
 * new Loki(hub, "loki", { retention: "14d" });
 */
export class Loki extends Component {
  /** URL of the API. Loki has no web UI; use Grafana to search log lines. */
  public readonly url: string;
  private readonly props: LokiProps;
  private readonly flags: readonly string[];

  /** @throws if a port, duration, limit, selector, bucket or flag is invalid */
  public constructor(scope: Construct, id: string, props: LokiProps = {}) {
    super(scope, id, builtIn(KIND, props));
    this.props = props;
    for (const port of [this.grpcPort, this.gossipPort]) rejectIf(this, portProblem(port));
    const { retention, streamRetention = [], limits = {}, s3 } = props;
    rejectIf(this, lokiSettingsProblem({ retention, streamRetention, limits, s3 }));
    if (byteSize(this.dailyVolume) === undefined)
      throw constructError(
        this,
        `dailyVolume: "${this.dailyVolume}" is not a size: use a size such as "500MB" or "2GB"`,
      );
    this.flags = extraFlags(this, props.extraFlags);
    this.url = this.addWebUi("http", "Loki");
    serveByGateway(this);
    // A member that joins later adds its log agent by itself.
    for (const member of this.member.monitoring._members) member._sendLogs();
    this.node.addValidation({ validate: () => this.clusterProblems() });
  }

  public override get listeners(): readonly Listener[] {
    const grpc: Listener = { name: "grpc", port: this.grpcPort, protocol: "tcp" };
    const gossip: Listener = { name: "gossip", port: this.gossipPort, protocol: "tcp" };
    // A single Loki uses the port grpc, too: its parts connect to each other, without TLS on the loopback address.
    const cluster = this.cluster.length < 2 ? [grpc] : this._withTransport([grpc, gossip]);
    return [...super.listeners, ...cluster];
  }

  public override get connections(): readonly Connection[] {
    const { monitoring } = this.member;
    const isPlaced = (kind: string): boolean => monitoring._first(kind) !== undefined;
    const writesState = isPlaced(PROMETHEUS) && monitoring._alerting.hasLogRules;
    return [
      ...(isPlaced(ALERTMANAGER) ? [{ kind: ALERTMANAGER, listener: "http", reason: "sends alerts about logs" }] : []),
      ...(writesState ? [{ kind: PROMETHEUS, listener: "http", reason: "writes the state of alerts about logs" }] : []),
      ...(this.cluster.length < 2
        ? [{ kind: KIND, listener: "grpc", reason: "connects its parts" }]
        : [
            { kind: KIND, listener: "grpc", reason: "reads and writes in its cluster" },
            { kind: KIND, listener: "gossip", reason: "exchanges cluster membership" },
          ]),
    ];
  }

  public override get secrets(): Readonly<Record<string, Secret>> {
    const { accessKey, secretKey } = this.props.s3 ?? {};
    return accessKey && secretKey ? { s3_access_key: accessKey, s3_secret_key: secretKey } : {};
  }

  /** Rule file of the ruler. */
  public override get files(): readonly GeneratedFile[] {
    return [{ path: "rules/monitoring.yml", content: ruleFile(this.ruleGroups) }];
  }

  /** LogQL queries of the rules. */
  public override get logQueries(): readonly Query[] {
    return ruleQueries(this.ruleGroups);
  }

  public get variables(): Variables {
    const { monitoring, server } = this.member;
    const [first] = this.peers;
    return {
      loki_version: this.version,
      loki_port: this.servicePort,
      loki_grpc_port: this.grpcPort,
      loki_gossip_port: this.gossipPort,
      loki_address: first ? monitoring.dial(first.member.server, server.name) : "",
      loki_peers: this.peers.map(({ member, gossipPort }) =>
        hostPort(monitoring.dial(server, member.server.name), gossipPort),
      ),
      ...this.sharedVariables,
      loki_alertmanagers: this.urlsOf(ALERTMANAGER),
      loki_prometheus_url: this.urlsOf(PROMETHEUS)[0] ?? "",
      loki_grafana_url: grafanaUrl(this.member.monitoring),
      loki_extra_flags: this.flags,
    };
  }

  /** @internal */
  public override get _budgets(): Budgets {
    return { logBudget: byteSize(this.dailyVolume) };
  }

  /** @internal */
  public override get _siteSettings(): Variables {
    return serverLimits(this.props.limits ?? {});
  }

  /** @internal */
  public override get _diskNeed(): DiskNeed | undefined {
    const { retention = RETENTION, s3 } = this.props;
    return s3 === undefined ? logDiskNeed({ dailyVolume: this.dailyVolume, retention }) : undefined;
  }

  private get dailyVolume(): string {
    return this.props.dailyVolume ?? DEFAULT_DAILY_VOLUME;
  }

  /** Variables that must be equal on all hosts of a cluster. */
  private get sharedVariables(): Variables {
    const { retention = RETENTION, streamRetention = [], limits = {}, deletable = false, s3 } = this.props;
    return {
      loki_retention: retention,
      loki_stream_retention: streamRetention.map((stream) => ({ ...stream })),
      loki_deletable: deletable,
      loki_limits: limitSettings(limits),
      loki_s3: s3 === undefined ? {} : s3Variables(s3),
    };
  }

  private get grpcPort(): number {
    return this.props.grpcPort ?? 9095;
  }

  private get gossipPort(): number {
    return this.props.gossipPort ?? 7946;
  }

  /** All Lokis of the monitoring, ordered by server name. */
  private get cluster(): readonly Loki[] {
    return this.member.monitoring._components.filter((component) => component instanceof Loki);
  }

  /** The other Lokis of the cluster. */
  private get peers(): readonly Loki[] {
    return this.cluster.filter((other) => other !== this);
  }

  /** URLs of the components of a kind to which this Loki connects, as this server reaches them. */
  private urlsOf(kind: string): string[] {
    const { monitoring, server } = this.member;
    return monitoring
      ._edgesFrom(this)
      .filter((edge) => edge.kind === kind)
      .map(
        ({ destination, listener: { port, scheme = "http" } }) =>
          `${scheme}://${hostPort(monitoring.dial(server, destination), port)}`,
      );
  }

  private get ruleGroups(): readonly RuleGroup[] {
    const { monitoring } = this.member;
    const prometheus = monitoring._first(PROMETHEUS);
    const url = prometheus instanceof Prometheus && !Token.isUnresolved(prometheus.url) ? prometheus.url : undefined;
    return monitoring._alerting.logGroups(url);
  }

  private clusterProblems(): string[] {
    const { cluster, peers, props } = this;
    if (peers.length === 0) return [];
    const [first] = cluster;
    const problems: string[] = [];
    if (props.s3 === undefined)
      problems.push(
        `${cluster.length} Lokis must share their storage: set the same s3 on each of them, or remove all but one`,
      );
    if (cluster.length === 2 && first === this)
      problems.push("two Lokis reject log lines while one of them is down: run one Loki, or three");
    if (first !== undefined && JSON.stringify(first.shared) !== JSON.stringify(this.shared))
      problems.push(
        `retention, limits or s3 differ from ${first.node.path}: use the same values for all Lokis of a monitoring`,
      );
    return [...problems, ...clusterNetworkProblems("Lokis", "a Loki", this.member, this.peers)];
  }

  private get shared(): Value {
    return { ...this.sharedVariables, secrets: this._secretReferences.map((secret) => ({ ...secret })) };
  }
}

function s3Variables({ bucket, region, endpoint, pathStyle, accessKey }: S3Storage): Value {
  return {
    bucket,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    path_style: pathStyle ?? endpoint !== undefined,
    has_keys: accessKey !== undefined,
  };
}
