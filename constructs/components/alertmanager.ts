import { Annotations } from "cdktf";
import { Construct } from "constructs";
import { Connection, Listener, portProblem } from "../../lib/access/access";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { hostPort } from "../../lib/network/host-port";
import { Variables } from "../../lib/inventory/inventory";
import { alertmanagerConfig, allReceivers, receiverSecrets } from "../../lib/receivers/alertmanager-config";
import { retentionProblem } from "../../lib/receivers/repeat-intervals";
import { templateFiles } from "../../lib/receivers/template-files";
import { SecretReference } from "../../lib/inventory/secret";
import { durationProblem } from "../../lib/units";
import { Component } from "./component";
import { extraFlags } from "./extra-flags";
import { grafanaUrl } from "./grafana-url";
import { MovableProps, OnMove } from "./on-move";
import { constructError, rejectIf } from "../synthesis/errors";

/** Settings of an {@link Alertmanager}. */
export interface AlertmanagerProps extends MovableProps {
  /**
   * The port of its pages and its API.
   *
   * @default 9093
   */
  readonly port?: number;
  /**
   * Where several Alertmanagers find each other, by TCP and UDP; nothing listens there where there is one only.
   *
   * @default 9094
   */
  readonly clusterPort?: number;
  /**
   * How long silences that are over, and what was sent, are remembered: as long as the routing's longest repeat interval
   * at least.
   *
   * @default "120h" (Alertmanager's own)
   */
  readonly retention?: string;
  /** Further command-line flags, as `--name` or `--name=value`. @default - none */
  readonly extraFlags?: readonly string[];
  /** Another release than the pinned one. @default - the pinned release */
  readonly version?: string;
}

const KIND = "alertmanager";
/** More of them only send each other more: one that is left still sends all. */
const MOST = 3;
const SECRETS = "/etc/alertmanager/secrets";
const OWN_FLAGS = [
  "config.file",
  "storage.path",
  "data.retention",
  "web.listen-address",
  "web.external-url",
  "cluster.listen-address",
  "cluster.advertise-address",
  "cluster.peer",
];

/**
 * Alertmanager, which sends alerts to people: to whom, how often and as what, the monitoring's receivers and routing
 * say. Prometheus finds it wherever it is placed. Placed on two or three hosts it is a cluster, whose members share
 * silences and send each message once, also while one of them is down.
 */
export class Alertmanager extends Component {
  /** Where technicians open it. */
  public readonly url: string;
  private readonly props: AlertmanagerProps;
  private readonly flags: readonly string[];

  /** @throws when a port, duration or flag is malformed, or there are three in the monitoring already */
  public constructor(scope: Construct, id: string, props: AlertmanagerProps = {}) {
    super(scope, id, {
      kind: KIND,
      artifact: "alertmanager",
      version: props.version,
      onMove: props.onMove ?? OnMove.KEEP_DATA,
      clustered: true,
      listeners: [
        { name: "http", port: props.port ?? 9093, protocol: "tcp", scrapeJob: "alertmanager", technicians: true },
      ],
    });
    this.props = props;
    if (this.cluster.length > MOST)
      throw constructError(
        this,
        `there are ${MOST} Alertmanagers in this monitoring already, and no use for more: remove one`,
      );
    rejectIf(this, portProblem(this.clusterPort));
    const found = props.retention === undefined ? undefined : durationProblem(props.retention);
    if (found !== undefined) throw constructError(this, `retention: ${found}`);
    this.flags = extraFlags(this, props.extraFlags ?? [], OWN_FLAGS);
    this.url = this.page("http", "Alertmanager");
    if (this.member.monitoring._first(KIND)?.node === this.node) this.warn();
    this.node.addValidation({ validate: () => [...this.networkProblems(), ...this.retentionProblems()] });
  }

  public override get listeners(): readonly Listener[] {
    if (this.cluster.length < 2) return super.listeners;
    const gossip = ["tcp", "udp"].map((protocol) => ({
      name: `cluster_${protocol}`,
      port: this.clusterPort,
      protocol,
    }));
    return [...super.listeners, ...gossip];
  }

  public override get connections(): readonly Connection[] {
    if (this.cluster.length < 2) return [];
    return [
      { kind: KIND, listener: "cluster_tcp", reason: "tells its cluster of silences and messages" },
      { kind: KIND, listener: "cluster_udp", reason: "tells its cluster of silences and messages" },
    ];
  }

  public override get secrets(): readonly SecretReference[] {
    return receiverSecrets(allReceivers(this.member.monitoring._alerting));
  }

  public override get files(): readonly GeneratedFile[] {
    const { receivers, routing, deadMansSwitch } = this.member.monitoring._alerting;
    const config = alertmanagerConfig({ receivers, routing, deadMansSwitch, secretsDirectory: SECRETS });
    return [{ path: "alertmanager.yml", content: config }, ...templateFiles()];
  }

  public get variables(): Variables {
    const { monitoring, server } = this.member;
    const [first] = this.peers;
    const own = first ? hostPort(monitoring.dial(first.member.server, server.name), this.clusterPort) : "";
    return {
      alertmanager_version: this.version,
      alertmanager_port: this.portOf("http"),
      alertmanager_external_url: this.url,
      alertmanager_retention: this.retention,
      alertmanager_cluster_port: this.clusterPort,
      alertmanager_cluster_address: own,
      alertmanager_cluster_peers: this.peers.map(({ member, clusterPort }) =>
        hostPort(monitoring.dial(server, member.server.name), clusterPort),
      ),
      alertmanager_grafana_url: grafanaUrl(this.member.monitoring),
      alertmanager_extra_flags: this.flags,
    };
  }

  /** Says once what may not be meant of who is told. */
  private warn(): void {
    for (const warning of this.member.monitoring._alerting.warnings) Annotations.of(this).addWarning(warning);
  }

  private get retention(): string {
    return this.props.retention ?? "120h";
  }

  private get clusterPort(): number {
    return this.props.clusterPort ?? 9094;
  }

  /** All Alertmanagers of the monitoring, in the order of their servers' names. */
  private get cluster(): readonly Alertmanager[] {
    return this.member.monitoring._components.filter((component) => component instanceof Alertmanager);
  }

  /** The others. */
  private get peers(): readonly Alertmanager[] {
    return this.cluster.filter((other) => other !== this);
  }

  private retentionProblems(): string[] {
    const found = retentionProblem(this.retention, this.member.monitoring._alerting.routing);
    return found === undefined ? [] : [`retention: ${found}`];
  }

  /** One that is in a network with some of the others only would need two addresses, and tells them one. */
  private networkProblems(): string[] {
    const { network, name } = this.member.server;
    const together = this.peers.filter(({ member }) => member.server.network === network);
    if (together.length === 0 || together.length === this.peers.length) return [];
    return [
      `of the Alertmanagers, some share a network with "${name}" and some do not, and each tells the others one address only: place them all in one network, or each in another`,
    ];
  }
}
