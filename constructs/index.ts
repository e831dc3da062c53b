// The public API. Every other name is internal. The AWS constructs are in ./aws, so that other users need no AWS provider.
export type { Connection, Edge, Listener, Source } from "../lib/access/access";
export { Access, AccessPeer } from "../lib/access/access-bounds";
export { Peer, Port } from "../lib/access/peer";
export { Alert, type AlertTuning, type CustomAlert } from "../lib/alerts/alert";
export { Evaluator, Severity } from "../lib/alerts/rule";
export { Artifacts } from "../lib/artifacts";
export {
  type CertificateFilesOptions,
  Certificates,
  type CertificateSecrets,
  type ComponentCertificate,
} from "../lib/certificates";
export { Dashboard, type DashboardOptions } from "../lib/dashboards/dashboard";
export type { GeneratedFile } from "../lib/inventory/generated-file";
export type { Value, Variables } from "../lib/inventory/variables";
export { Secret, type SecretOptions } from "../lib/inventory/secret";
export { LogAgent } from "../lib/logs/log-agent";
export { LogFormat } from "../lib/logs/log-format";
export { type JournalLogs, type LogFiles, LogSource, type WebServerLogs } from "../lib/logs/log-source";
export type { LogLimits, S3Storage, StreamRetention } from "../lib/logs/loki-settings";
export type { ScrapeLimits } from "../lib/metrics/scrape-limits";
export type { Query } from "../lib/query";
export { Matcher } from "../lib/receivers/matcher";
export { Receiver } from "../lib/receivers/receiver";
export type {
  EmailLogin,
  EmailReceiverProps,
  HealthchecksReceiverProps,
  NtfyReceiverProps,
  PagerDutyReceiverProps,
  SlackReceiverProps,
  TelegramReceiverProps,
  WebhookReceiverProps,
  WebhookUrlReceiverProps,
} from "../lib/receivers/receiver-props";
export type { Inhibition, Route, Routing, TimeInterval } from "../lib/receivers/routing";
export type { Resources } from "../lib/resources";
export { Architecture } from "../lib/servers/architecture";
export { type MutualTlsOptions, Transport } from "../lib/transport";
export { Alertmanager, type AlertmanagerProps } from "./components/alertmanager";
export { Component, type ComponentDescription } from "./components/component";
export { Grafana } from "./components/grafana";
export type { GrafanaDatabase, GrafanaProps, GrafanaTls } from "./components/grafana-props";
export type { LogAgentProps } from "./components/log-agent";
export type { GatewayProps } from "./components/gateway-props";
export { Loki, type LokiProps } from "./components/loki";
export type { NodeExporterProps } from "./components/node-exporter";
export { OnMove } from "./components/on-move";
export { Prometheus } from "./components/prometheus";
export type { PrometheusProps, ScrapeJob } from "./components/prometheus-props";
export {
  type ICloudFirewall,
  type IMonitoring,
  type IServer,
  type IServerNetwork,
  OnLeave,
  type SshAccess,
} from "./contracts";
export { ExporterFirewall, FirewallMode } from "./members/exporter-firewall";
export { FirewalledServer } from "./members/firewalled-server";
export { type Exporter, Member, type MemberProps } from "./members/member";
export { MonitoredServer, type MonitoredServerProps } from "./members/monitored-server";
export { MonitoringHost } from "./members/monitoring-host";
export { Monitoring } from "./monitoring";
export type { MonitoringProps } from "./monitoring-props";
export { PlaybookRun, type PlaybookRunProps } from "./runs/playbook-run";
export { ExistingNetwork, type ExistingNetworkProps } from "./servers/existing/existing-network";
export { ExistingServer, type ExistingServerProps } from "./servers/existing/existing-server";
export { LocalNetwork, type LocalNetworkProps } from "./servers/local/local-network";
export { LocalServer, type LocalServerProps } from "./servers/local/local-server";
