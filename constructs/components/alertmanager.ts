import { Annotations } from "cdktf";
import { Construct } from "constructs";
import { Connection, Listener, portProblem } from "../../lib/access/access";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { hostPort } from "../../lib/network/host-port";
import { Variables } from "../../lib/inventory/variables";
import { alertmanagerConfig, allReceivers, receiverSecrets } from "../../lib/receivers/alertmanager-config";
import { retentionProblem } from "../../lib/receivers/repeat-intervals";
import { templateFiles } from "../../lib/receivers/template-files";
import { SecretReference } from "../../lib/inventory/secret";
import { durationProblem } from "../../lib/units";
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

/** Settings of an {@link Alertmanager}. */
export interface AlertmanagerProps extends AdoptProps, ApiPortProps, MovableProps, ResourceProps {
  /**
   * Port of the web UI and API.
   *
   * @default 9093
   */
  readonly port?: number;
  /**
   * Port at which the Alertmanagers of a cluster connect to each other, by TCP, and with {@link Transport.plain} also by
   * UDP. A single Alertmanager does not use it.
   *
   * @default 9094
   */
  readonly clusterPort?: number;
  /**
   * Time for which Alertmanager keeps expired silences and the log of sent notifications. It must not be shorter than
   * the longest repeat interval of the routing.
   *
   * @default "120h" (the default of Alertmanager)
   */
  readonly retention?: string;
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

const KIND = "alertmanager";
/** Maximum size of a cluster. One Alertmanager alone can send every notification, so more members only add traffic. */
const MAXIMUM = 3;
const SECRETS = "/etc/alertmanager/secrets";

/**
 * Alertmanager: notifies receivers of alerts. The `receivers` and the `routing` of the monitoring decide who is
 * notified.
 *
 * It runs on the host in whose scope it is constructed. Prometheus and Loki send their alerts to it. On two or three
 * hosts, the Alertmanagers form a cluster: they share silences and send each notification once, even while one of them
 * is down.
 *
 * @example
 * new Alertmanager(hub, "alertmanager");
 */
export class Alertmanager extends Component {
  /** URL of the web UI. */
  public readonly url: string;
  private readonly props: AlertmanagerProps;
  private readonly flags: readonly string[];

  /** @throws if a port, a duration or a flag is invalid, or the monitoring already has three Alertmanagers */
  public constructor(scope: Construct, id: string, props: AlertmanagerProps = {}) {
    super(scope, id, builtIn(KIND, props));
    this.props = props;
    if (this.cluster.length > MAXIMUM)
      throw constructError(
        this,
        `the monitoring already has ${MAXIMUM} Alertmanagers, and more only add traffic: remove one`,
      );
    rejectIf(this, portProblem(this.clusterPort));
    const found = props.retention === undefined ? undefined : durationProblem(props.retention);
    if (found !== undefined) throw constructError(this, `retention: ${found}`);
    this.flags = extraFlags(this, props.extraFlags);
    this.url = this.addWebUi("http", "Alertmanager");
    serveByGateway(this);
    if (this.member.monitoring._first(KIND)?.node === this.node) this.addWarnings();
    this.node.addValidation({
      validate: () => [
        ...clusterNetworkProblems("Alertmanagers", "an Alertmanager", this.member, this.peers),
        ...this.retentionProblems(),
      ],
    });
  }

  public override get listeners(): readonly Listener[] {
    if (this.cluster.length < 2) return super.listeners;
    const gossip = this.clusterProtocols.map((protocol) => ({
      name: `cluster_${protocol}`,
      port: this.clusterPort,
      protocol,
    }));
    return [...super.listeners, ...this._withTransport(gossip)];
  }

  public override get connections(): readonly Connection[] {
    if (this.cluster.length < 2) return [];
    return this.clusterProtocols.map((protocol) => ({
      kind: KIND,
      listener: `cluster_${protocol}`,
      reason: "shares silences and notifications in its cluster",
    }));
  }

  /** Entries of the receivers' secrets in the inventory. @internal */
  public override get _secretReferences(): readonly SecretReference[] {
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
      alertmanager_port: this.servicePort,
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

  /** Warns about receivers and routes that may be unintended. */
  private addWarnings(): void {
    for (const warning of this.member.monitoring._alerting.warnings) Annotations.of(this).addWarning(warning);
  }

  private get retention(): string {
    return this.props.retention ?? "120h";
  }

  /** With TLS, the Alertmanagers of a cluster use TCP only. */
  private get clusterProtocols(): readonly string[] {
    return this.member.monitoring.transport._encrypted ? ["tcp"] : ["tcp", "udp"];
  }

  private get clusterPort(): number {
    return this.props.clusterPort ?? 9094;
  }

  /** All Alertmanagers of the monitoring, ordered by server name. */
  private get cluster(): readonly Alertmanager[] {
    return this.member.monitoring._components.filter((component) => component instanceof Alertmanager);
  }

  /** The other Alertmanagers of the cluster. */
  private get peers(): readonly Alertmanager[] {
    return this.cluster.filter((other) => other !== this);
  }

  private retentionProblems(): string[] {
    const found = retentionProblem(this.retention, this.member.monitoring._alerting.routing);
    return found === undefined ? [] : [`retention: ${found}`];
  }
}
