// The public API, name by name: what is not here is nobody's but ours.
export type { Connection, Edge, Listener, Listening, Placement, Source } from "../lib/access/access";
export { Access, AccessPeer } from "../lib/access/access-bounds";
export { Alert, type AlertTuning, type CustomAlert } from "../lib/alerts/alert";
export {
  type AlertAnnotations,
  type AlertRule,
  Evaluator,
  type RecordingRule,
  type RuleGroup,
  Severity,
} from "../lib/alerts/rule";
export { Architecture } from "../lib/servers/architecture";
export { type ArtifactRequest, Artifacts } from "../lib/artifacts";
export { Dashboard, type DashboardDownload } from "../lib/dashboards/dashboard";
export type { GeneratedFile } from "../lib/inventory/generated-file";
export type {
  HostConnection,
  HostFacts,
  HostLocation,
  InventoryHost,
  InventoryRun,
  Value,
  Variables,
} from "../lib/inventory/inventory";
export { LogAgent } from "../lib/logs/log-agent";
export { LogFormat } from "../lib/logs/log-format";
export { type JournalLogs, type LogFiles, LogSource, type WebServerLogs } from "../lib/logs/log-source";
export type { LogLimits, S3Storage, StreamRetention } from "../lib/logs/loki-settings";
export type { LogUse } from "../lib/logs/unknown-labels";
export type { MetricUse } from "../lib/metrics/unknown-metrics";
export { Peer, Port } from "../lib/access/peer";
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
export { Secret, type SecretOptions, type SecretReference } from "../lib/inventory/secret";
export { Alerting } from "./alerting";
export { Alertmanager, type AlertmanagerProps } from "./components/alertmanager";
export { Component, type ComponentDescription } from "./components/component";
export { ExporterFirewall, FirewallMode } from "./members/exporter-firewall";
export { FirewalledServer } from "./members/firewalled-server";
export { Grafana } from "./components/grafana";
export type { GrafanaDatabase, GrafanaProps, GrafanaTls } from "./components/grafana-props";
export { LogAgentComponent, type LogAgentProps } from "./components/log-agent";
export { Loki, type LokiProps } from "./components/loki";
export { type Exporter, Member, type MemberProps } from "./members/member";
export { MonitoredServer, type MonitoredServerProps } from "./members/monitored-server";
export { Monitoring } from "./monitoring";
export { MonitoringHost } from "./members/monitoring-host";
export type { AlertingProps, MonitoringProps } from "./monitoring-props";
export { NodeExporter, type NodeExporterProps } from "./components/node-exporter";
export { type MovableProps, OnMove } from "./components/on-move";
export { PlaybookRun, type PlaybookRunProps } from "./runs/playbook-run";
export { Prometheus, type PrometheusProps, type ScrapeJob } from "./components/prometheus";
export { Run, type RunDescription } from "./runs/run";
export { type ICloudFirewall, type IServer, type IServerNetwork, OnLeave, type SshAccess } from "./contracts";
export type { AwsInstanceProps } from "./servers/aws/aws-imported-server";
export { KeyPair, type NamedKeyPairOptions } from "./servers/aws/aws-key-pair";
export { AwsNetwork, type AwsNetworkProps, type AwsVpc } from "./servers/aws/aws-network";
export { AwsSecurityGroups } from "./servers/aws/aws-security-groups";
export { AwsServer, type AwsServerProps } from "./servers/aws/aws-server";
export { ExistingNetwork, type ExistingNetworkProps } from "./servers/existing/existing-network";
export { ExistingServer, type ExistingServerProps } from "./servers/existing/existing-server";
export { LocalNetwork, type LocalNetworkProps } from "./servers/local/local-network";
export { LocalServer, type LocalServerProps } from "./servers/local/local-server";
