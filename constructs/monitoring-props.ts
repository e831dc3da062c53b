import { Access } from "../lib/access/access-bounds";
import { Alert } from "../lib/alerts/alert";
import { Artifacts } from "../lib/artifacts";
import { LogAgent } from "../lib/logs/log-agent";
import { Receiver } from "../lib/receivers/receiver";
import { Routing } from "../lib/receivers/routing";

/** What a `Monitoring` alerts about, and who is told. */
export interface AlertingProps {
  /**
   * Who is told of alerts, such as `Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") })`.
   *
   * @default - nobody, and a synthesis warns of it
   */
  readonly receivers?: readonly Receiver[];
  /**
   * Which of the receivers gets what, and how often.
   *
   * @default - the first receiver gets all
   */
  readonly routing?: Routing;
  /**
   * Who is told each minute that alerts still arrive, and raises an alarm itself when they do not, such as
   * `Receiver.healthchecks("outside", { pingUrl: Secret.fromEnvironment("HEALTHCHECKS_URL") })`.
   *
   * @default - nobody, and a synthesis warns of it: a monitoring that is down looks like one that has nothing to say
   */
  readonly deadMansSwitch?: Receiver;
  /**
   * What of the alerts is to be otherwise, such as `Alert.tune("DiskFull", { thresholds: { warning: 85 } })`,
   * `Alert.off("ClockNotSynchronised")`, or an `Alert.custom({ … })` beside them.
   *
   * @default - the alerts as they are in `docs/runbooks`
   */
  readonly alerts?: readonly Alert[];
  /**
   * What comes before an alert's name in the address of its runbook, such as `https://wiki.example.com/runbooks/`.
   *
   * @default - Prometheus shows them itself
   */
  readonly runbooks?: string;
}

/** Settings of a `Monitoring`. */
export interface MonitoringProps extends AlertingProps {
  /** The addresses that people work from, as CIDR blocks: `203.0.113.7/32`. */
  readonly technicians: readonly string[];
  /**
   * The addresses that Ansible connects from, as CIDR blocks. A server with a jump host is reached from that too:
   * name here the private address that the jump host comes by, where it has one.
   *
   * @default - those of the technicians
   */
  readonly controllers?: readonly string[];
  /**
   * Whether technicians and controllers may be blocks that are wider than any that somebody was assigned (a /8 of IPv4,
   * a /16 of IPv6), such as `0.0.0.0/0`. Everybody can then try passwords at the pages, read what has none, and talk to
   * the servers' sshd.
   *
   * @default false
   */
  readonly allowFromAnywhere?: boolean;
  /**
   * Who may reach a kind of component at most, such as
   * `Access.only("node_exporter", [Reacher.component("prometheus"), Reacher.technicians()])`: a synthesis in which somebody
   * else, technicians too, would reach it is refused. One's own bound takes the place of ours for the same kind and listener.
   *
   * @default - exporters, log agents and Grafana are reached by Prometheus and technicians only; Prometheus and
   * Alertmanager by each other, their own kind, Grafana and technicians, Alertmanager by Loki too; Loki by log agents,
   * Prometheus, Grafana and technicians; the ports within a cluster by its members
   */
  readonly bounds?: readonly Access[];
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
   * The program that sends the members' logs to Loki, where one is placed.
   *
   * @default LogAgent.alloy()
   */
  readonly logAgent?: LogAgent;
  /**
   * Where the release archives come from.
   *
   * @default - what the environment says, else the projects' own releases
   */
  readonly artifacts?: Artifacts;
  /**
   * Whether a deploy runs the playbooks. Without, Terraform makes the servers and their cloud's firewalls only, for
   * those whose deploying machine may not reach the servers; the output `runs` says how the playbooks are run later.
   *
   * @default true
   */
  readonly provision?: boolean;
}
