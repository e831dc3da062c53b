import { Token } from "cdktf";
import { Construct } from "constructs";
import { Connection, Listener, portProblem } from "../../lib/access/access";
import { logRuleQueries } from "../../lib/alerts/queries";
import { RuleGroup } from "../../lib/alerts/rule";
import { ruleFile } from "../../lib/alerts/rule-file";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { hostPort } from "../../lib/network/host-port";
import { Value, Variables } from "../../lib/inventory/inventory";
import { limitSettings, LogLimits, S3Storage, settingsProblem, StreamRetention } from "../../lib/logs/loki-settings";
import { LogUse } from "../../lib/logs/unknown-labels";
import { SecretReference } from "../../lib/inventory/secret";
import { Component } from "./component";
import { extraFlags } from "./extra-flags";
import { grafanaUrl } from "./grafana-url";
import { MovableProps, OnMove } from "./on-move";
import { rejectIf } from "../synthesis/errors";
import { Prometheus } from "./prometheus";
import { sendLogs } from "./send-logs";

/** Settings of a {@link Loki}. */
export interface LokiProps extends MovableProps {
  /**
   * The port of its HTTP API, to which log agents send and which Grafana asks.
   *
   * @default 3100
   */
  readonly port?: number;
  /** Where several Lokis ask each other; a single one asks itself there, at its loopback address. @default 9095 */
  readonly grpcPort?: number;
  /** Where several Lokis find each other; nothing listens there where there is one only. @default 7946 */
  readonly gossipPort?: number;
  /** How long lines are kept, a day at least: what is older is deleted, within hours. @default "30d" */
  readonly retention?: string;
  /** Streams that are kept for another time; the first one that matches counts. @default - none */
  readonly streamRetention?: readonly StreamRetention[];
  /** How much is taken in. What is beyond is refused, counted and alerted about. @default - see {@link LogLimits} */
  readonly limits?: LogLimits;
  /**
   * Whether lines may be deleted by request. Whoever may write to Loki, as every member's log agent does, may then
   * delete, too.
   *
   * @default false
   */
  readonly deletable?: boolean;
  /**
   * Where lines are stored. Changing it moves nothing: what was stored before is not found any more.
   *
   * @default - on the server's own disk
   */
  readonly s3?: S3Storage;
  /** Further command-line flags, as `--name` or `--name=value`. @default - none */
  readonly extraFlags?: readonly string[];
  /** Another release than the pinned one. @default - the pinned release */
  readonly version?: string;
}

const KIND = "loki";
const ALERTMANAGER = "alertmanager";
const OWN_FLAGS = [
  "config.file",
  "target",
  "server.http-listen-address",
  "server.http-listen-port",
  "server.grpc-listen-address",
  "server.grpc-listen-port",
  "store.retention",
  "compactor.retention-enabled",
  "verify-config",
];

/**
 * Loki, which collects the log lines of every member. It is placed by its scope; log agents, Grafana and Prometheus find
 * it there. Placed on three hosts or more, with S3, it is a cluster: each line is taken in by three of them, and is
 * found, also while one of them is down.
 */
export class Loki extends Component {
  /** Where its API is reached; it has no page of its own, Grafana shows its lines. */
  public readonly url: string;
  private readonly props: LokiProps;
  private readonly flags: readonly string[];

  /** @throws when a port, duration, limit, selector, bucket or flag is malformed */
  public constructor(scope: Construct, id: string, props: LokiProps = {}) {
    super(scope, id, {
      kind: KIND,
      artifact: "loki",
      version: props.version,
      onMove: props.onMove ?? OnMove.KEEP_DATA,
      clustered: true,
      listeners: [{ name: "http", port: props.port ?? 3100, protocol: "tcp", scrapeJob: KIND, technicians: true }],
    });
    this.props = props;
    for (const port of [this.grpcPort, this.gossipPort]) rejectIf(this, portProblem(port));
    const { retention, streamRetention = [], limits = {}, s3 } = props;
    rejectIf(this, settingsProblem({ retention, streamRetention, limits, s3 }));
    this.flags = extraFlags(this, props.extraFlags ?? [], OWN_FLAGS);
    this.url = this.page("http", "Loki");
    sendLogs(this.member.monitoring);
    this.node.addValidation({ validate: () => this.clusterProblems() });
  }

  public override get listeners(): readonly Listener[] {
    if (this.cluster.length < 2) return super.listeners;
    return [
      ...super.listeners,
      { name: "grpc", port: this.grpcPort, protocol: "tcp" },
      { name: "gossip", port: this.gossipPort, protocol: "tcp" },
    ];
  }

  public override get connections(): readonly Connection[] {
    const told = this.member.monitoring._first(ALERTMANAGER) !== undefined;
    return [
      ...(told ? [{ kind: ALERTMANAGER, listener: "http", reason: "sends alerts about logs" }] : []),
      ...(this.cluster.length < 2
        ? []
        : [
            { kind: KIND, listener: "grpc", reason: "writes to and reads from its cluster" },
            { kind: KIND, listener: "gossip", reason: "tells its cluster who is there" },
          ]),
    ];
  }

  public override get secrets(): readonly SecretReference[] {
    const { accessKey, secretKey } = this.props.s3 ?? {};
    if (!accessKey || !secretKey) return [];
    return [accessKey.reference("s3_access_key"), secretKey.reference("s3_secret_key")];
  }

  /** What its ruler evaluates. */
  public override get files(): readonly GeneratedFile[] {
    return [{ path: "rules/monitoring.yml", content: ruleFile(this.ruleGroups) }];
  }

  /** The rules that it evaluates. */
  public override get logQueries(): readonly LogUse[] {
    return logRuleQueries(this.ruleGroups);
  }

  public get variables(): Variables {
    const { monitoring, server } = this.member;
    const [first] = this.peers;
    return {
      loki_version: this.version,
      loki_port: this.portOf("http"),
      loki_grpc_port: this.grpcPort,
      loki_gossip_port: this.gossipPort,
      loki_address: first ? monitoring.dial(first.member.server, server.name) : "",
      loki_peers: this.peers.map(({ member, gossipPort }) =>
        hostPort(monitoring.dial(server, member.server.name), gossipPort),
      ),
      ...this.sharedVariables,
      loki_alertmanagers: this.alertmanagers,
      loki_grafana_url: grafanaUrl(this.member.monitoring),
      loki_extra_flags: this.flags,
    };
  }

  /** What all of one cluster must have alike. */
  private get sharedVariables(): Variables {
    const { retention = "30d", streamRetention = [], limits = {}, deletable = false, s3 } = this.props;
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

  /** All Lokis of the monitoring, in the order of their servers' names. */
  private get cluster(): readonly Loki[] {
    return this.member.monitoring._components.filter((component) => component instanceof Loki);
  }

  /** The others. */
  private get peers(): readonly Loki[] {
    return this.cluster.filter((other) => other !== this);
  }

  /** Where alerts are sent, by how they are dialled from here. */
  private get alertmanagers(): string[] {
    const { monitoring, server } = this.member;
    return monitoring
      ._edgesFrom(this)
      .filter(({ kind }) => kind === ALERTMANAGER)
      .map(({ destination, listener }) => `http://${hostPort(monitoring.dial(server, destination), listener.port)}`);
  }

  private get ruleGroups(): readonly RuleGroup[] {
    const { monitoring } = this.member;
    const prometheus = monitoring._first("prometheus");
    const pages = prometheus instanceof Prometheus && !Token.isUnresolved(prometheus.url) ? prometheus.url : undefined;
    return monitoring._alerting.logGroups(pages);
  }

  private clusterProblems(): string[] {
    const { cluster, peers, props } = this;
    if (peers.length === 0) return [];
    const [first] = cluster;
    const problems: string[] = [];
    if (props.s3 === undefined)
      problems.push(
        `${cluster.length} Lokis are placed, and several share their storage: give each of them the same s3, or place one only`,
      );
    if (cluster.length === 2 && first === this)
      problems.push("two Lokis stop to take in lines when one of them is down, as one alone does: place one, or three");
    if (first !== undefined && JSON.stringify(first.shared) !== JSON.stringify(this.shared))
      problems.push(
        `retention, limits or s3 differ from those of ${first.node.path}: all Lokis of a monitoring must have the same`,
      );
    return [...problems, ...this.networkProblems()];
  }

  private get shared(): Value {
    return { ...this.sharedVariables, secrets: this.secrets.map((secret) => ({ ...secret })) };
  }

  /** One that is in a network with some of the others only would need two addresses, and tells them one. */
  private networkProblems(): string[] {
    const { network, name } = this.member.server;
    const together = this.peers.filter(({ member }) => member.server.network === network);
    if (together.length === 0 || together.length === this.peers.length) return [];
    return [
      `of the Lokis, some share a network with "${name}" and some do not, and each tells the others one address only: place them all in one network, or each in another`,
    ];
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
