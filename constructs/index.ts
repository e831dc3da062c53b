// The public API, name by name: what is not here is nobody's but ours.
export type { Connection, Edge, Listener, Listening, Placement, Source } from "../lib/access";
export { Access, Reacher } from "../lib/access-bounds";
export { Alert, type AlertTuning, type CustomAlert } from "../lib/alerts/alert";
export {
  type AlertAnnotations,
  type AlertRule,
  Evaluator,
  type RecordingRule,
  type RuleGroup,
  Severity,
} from "../lib/alerts/rule";
export { Architecture } from "../lib/architecture";
export { type ArtifactRequest, Artifacts } from "../lib/artifacts";
export { Dashboard, type DashboardDownload } from "../lib/dashboards/dashboard";
export type { GeneratedFile } from "../lib/generated-file";
export type {
  HostConnection,
  HostFacts,
  HostPlace,
  InventoryHost,
  InventoryRun,
  Value,
  Variables,
} from "../lib/inventory";
export { LogAgent } from "../lib/logs/log-agent";
export { LogFormat } from "../lib/logs/log-format";
export { type JournalLogs, type LogFiles, LogSource, type WebServerLogs } from "../lib/logs/log-source";
export type { LogLimits, S3Storage, StreamRetention } from "../lib/logs/loki-settings";
export type { LogUse } from "../lib/logs/unknown-labels";
export type { MetricUse } from "../lib/metrics/unknown-metrics";
export { Peer, Port } from "../lib/peer";
export { Matcher } from "../lib/receivers/matcher";
export { Receiver } from "../lib/receivers/receiver";
export type {
  DiscordReceiverProps,
  EmailLogin,
  EmailReceiverProps,
  HealthchecksReceiverProps,
  NtfyReceiverProps,
  PagerDutyReceiverProps,
  ReceiverProps,
  SlackReceiverProps,
  TeamsReceiverProps,
  TelegramReceiverProps,
  WebhookReceiverProps,
} from "../lib/receivers/receiver-props";
export type { Inhibition, Route, Routing, TimeInterval } from "../lib/receivers/routing";
export { Secret, type SecretOptions, type SecretReference } from "../lib/secret";
export { Alerting } from "./alerting";
export { Alertmanager, type AlertmanagerProps } from "./alertmanager";
export { Component, type ComponentDescription } from "./component";
export { ExporterFirewall, FirewallMode } from "./exporter-firewall";
export { FirewalledServer } from "./firewalled-server";
export { Grafana } from "./grafana";
export type { GrafanaDatabase, GrafanaProps, GrafanaTls } from "./grafana-props";
export { LogAgentComponent, type LogAgentProps } from "./log-agent";
export { Loki, type LokiProps } from "./loki";
export { type Exporter, Member, type MemberProps } from "./member";
export { MonitoredServer, type MonitoredServerProps } from "./monitored-server";
export { Monitoring } from "./monitoring";
export { MonitoringHost } from "./monitoring-host";
export type { AlertingProps, MonitoringProps } from "./monitoring-props";
export { NodeExporter, type NodeExporterProps } from "./node-exporter";
export { type MovableProps, OnMove } from "./on-move";
export { PlaybookRun, type PlaybookRunProps } from "./playbook-run";
export { Prometheus, type PrometheusProps, type ScrapeJob } from "./prometheus";
export { Run, type RunDescription } from "./run";
export { type ICloudFirewall, type IServer, type IServerNetwork, OnLeave, type SshAccess } from "./server";
export type { AwsInstanceProps } from "./servers/aws-imported-server";
export { KeyPair, type NamedKeyPairOptions } from "./servers/aws-key-pair";
export { AwsNetwork, type AwsNetworkProps, type AwsVpc } from "./servers/aws-network";
export { AwsSecurityGroups } from "./servers/aws-security-groups";
export { AwsServer, type AwsServerProps } from "./servers/aws-server";
export { ExistingNetwork, type ExistingNetworkProps } from "./servers/existing-network";
export { ExistingServer, type ExistingServerProps } from "./servers/existing-server";
export { LocalNetwork, type LocalNetworkProps } from "./servers/local-network";
export { LocalServer, type LocalServerProps } from "./servers/local-server";
