import { GatewayProps } from "./components/gateway-props";
import { Access } from "../lib/access/access-bounds";
import { Alert } from "../lib/alerts/alert";
import { Artifacts } from "../lib/artifacts";
import { LogAgent } from "../lib/logs/log-agent";
import { Receiver } from "../lib/receivers/receiver";
import { Routing } from "../lib/receivers/routing";
import { Transport } from "../lib/transport";

/** Alerts and notifications of a `Monitoring`. */
export interface AlertingProps {
  /**
   * Receivers of notifications, such as
   * `Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") })`.
   *
   * @default - none, with a warning at synthesis
   */
  readonly receivers?: readonly Receiver[];
  /**
   * Rules that select the receiver of each alert and set how often the receiver is notified.
   *
   * @default - the first receiver is notified of every alert
   */
  readonly routing?: Routing;
  /**
   * External service that is notified every minute, and that notifies you when these notifications stop, such as
   * `Receiver.healthchecks("outside", { pingUrl: Secret.fromEnvironment("HEALTHCHECKS_URL") })`.
   *
   * @default - none, with a warning at synthesis, because nobody would notice that the monitoring itself is down
   */
  readonly deadMansSwitch?: Receiver;
  /**
   * Changes to the built-in alerts: tuned, disabled or added ones. Examples are
   * `Alert.tune("DiskFull", { thresholds: { warning: 85 } })`, `Alert.off("ClockNotSynchronised")` and
   * `Alert.custom({ … })`.
   *
   * @default - the built-in alerts, as listed in `docs/reference/alerts.md`
   */
  readonly alerts?: readonly Alert[];
  /**
   * URL of your runbooks, such as `https://wiki.example.com/runbooks/`. The name of the alert is appended.
   *
   * @default - the web page with the built-in runbooks, which Prometheus serves
   */
  readonly runbooks?: string;
}

/** Settings of a `Monitoring`. */
export interface MonitoringProps extends AlertingProps {
  /**
   * Addresses from which technicians work, as CIDR blocks, such as `203.0.113.7/32`. They can reach all web UIs and
   * exporters.
   */
  readonly technicians: readonly string[];
  /**
   * Addresses from which Ansible connects, as CIDR blocks. A server with a jump host also accepts SSH from the jump
   * host. If the jump host connects from a private address, add that address here. Failed SSH logins from these
   * addresses do not raise the alert SshBruteForce, unless a block is also one of `technicians`, or is wider than /8
   * (IPv6: /16).
   *
   * @default - the addresses of the technicians
   */
  readonly controllers?: readonly string[];
  /**
   * Allows ranges wider than /8 (IPv6: /16) as technicians and controllers, such as `0.0.0.0/0`. This exposes the web
   * UIs, the exporters and SSH to the internet.
   *
   * @default false
   */
  readonly allowFromAnywhere?: boolean;
  /**
   * System users on the servers whose processes may connect to the web UIs and exporters, such as the personal accounts
   * that technicians use for SSH tunnels, or the user of a reverse proxy on a monitoring host (`www-data`). The SSH user
   * of each server and root may always connect. A server on which a user does not exist ignores the name.
   *
   * @default - none
   */
  readonly localUsers?: readonly string[];
  /**
   * Upper bounds of the access graph, such as `Access.only("node_exporter", [AccessPeer.component("prometheus"),
   * AccessPeer.technicians()])`. The synthesis fails if any other peer could reach a component of this kind. A bound
   * replaces the built-in bound of the same kind and listener.
   *
   * @default - the built-in bounds, as listed in `docs/guides/firewall.md`
   */
  readonly bounds?: readonly Access[];
  /**
   * Value of the label `monitoring` in all series and log lines. If you have several monitorings, use different names.
   *
   * @default "monitoring"
   */
  readonly name?: string;
  /**
   * Prefix of the output names. A second monitoring in the same stack needs one: with `test_`, an output is named
   * `test_prometheus_url`.
   *
   * @default - no prefix
   */
  readonly outputPrefix?: string;
  /**
   * Program that sends the logs of the members to Loki.
   *
   * @default LogAgent.alloy()
   */
  readonly logAgent?: LogAgent;
  /**
   * Whether the connections between components are encrypted. {@link Transport.plain} turns encryption off.
   *
   * @default Transport.mutualTls()
   */
  readonly transport?: Transport;
  /**
   * Settings of the gateways: the reverse proxies in front of Prometheus, Alertmanager, Grafana and Loki, and with
   * {@link Transport.plain} in front of Loki only.
   *
   * @default - the defaults of {@link GatewayProps}
   */
  readonly gateway?: GatewayProps;
  /**
   * Source of the release archives.
   *
   * @default - the source that the environment variables select, else the upstream releases
   */
  readonly artifacts?: Artifacts;
  /**
   * Whether a deploy runs the playbooks. Set it to false if the machine that deploys cannot reach the servers.
   * Terraform then creates only the servers and the cloud firewalls, and the output `runs` contains the commands that
   * run the playbooks later.
   *
   * @default true
   */
  readonly provision?: boolean;
}
