import { Instance } from "@cdktf/provider-aws/lib/instance";
import {
  Access,
  AccessPeer,
  Alert,
  Alertmanager,
  Artifacts,
  Certificates,
  Dashboard,
  ExistingNetwork,
  ExistingServer,
  Exporter,
  FirewalledServer,
  Grafana,
  LocalNetwork,
  LocalServer,
  LogAgent,
  LogFormat,
  LogSource,
  Loki,
  Matcher,
  MonitoredServer,
  Peer,
  PlaybookRun,
  Port,
  Receiver,
  Routing,
  Secret,
  Transport,
  Severity,
} from "../../../constructs";
import { AwsServer, KeyPair } from "../../../constructs/aws";
import { Custom, CustomServer, PLAYBOOK, World } from "./world";

/** The smallest valid value of an interface, or the arguments of a call, and how to place it in a stack. */
interface Builder<T> {
  readonly minimal: T;
  readonly build: (world: World, value: T) => void;
}

type AnyBuilder = Builder<Readonly<Record<string, unknown>>>;

/** Keeps the type of the value within one builder. */
function builder<T extends object>(minimal: T, build: (world: World, value: T) => void): AnyBuilder {
  return { minimal, build } as unknown as AnyBuilder;
}

const secret = Secret.fromEnvironment("TOKEN");

function notified(world: World, receivers: readonly Receiver[], routing?: Routing): void {
  new Alertmanager(world.hub({ monitoring: { receivers, routing } }), "alertmanager");
}

function encrypted(world: World, certificates: Certificates): void {
  world.hub({ monitoring: { transport: Transport.mutualTls({ certificates }) } });
}

function withLogs(world: World, source: LogSource): void {
  new Loki(world.hub({ member: { logs: [source] } }), "loki");
}

const matched = (matcher: (label: string, value: string) => Matcher): AnyBuilder =>
  builder({ label: "team", value: "web", expression: "web" }, (world, { label, value, expression }) => {
    const receiver = Receiver.slack("ops", { webhookUrl: secret });
    const text = value === "web" ? expression : value;
    notified(world, [receiver], { routes: [{ matchers: [matcher(label, text)], receiver: "ops" }] });
  });

const named = (make: (name: string) => Receiver): AnyBuilder =>
  builder({ name: "ops" }, (world, { name }) => {
    notified(world, [make(name)]);
  });

const identified = (build: (world: World, id: string) => void): AnyBuilder =>
  builder({ id: "any" }, (world, { id }) => {
    build(world, id);
  });

const webhook = { webhookUrl: secret };
const email = { smarthost: "smtp.example.com:587", from: "a@example.com", to: ["b@example.com"] };
const alert = {
  name: "QueueTooLong",
  expr: "up > 1",
  severity: Severity.WARNING,
  summary: "Long",
  description: "Very long.",
};
const s3 = { bucket: "logs", region: "eu-central-1" };

/** Builders by the owner of the places. */
export const BUILDERS: Readonly<Record<string, AnyBuilder>> = {
  Connection: builder({ kind: "prometheus", listener: "http", reason: "asks", rights: ["read"] }, (world, value) => {
    new Custom(world.hub(), "custom", {}, { connections: [value] });
  }),
  Listener: builder({ name: "http", port: 9150, protocol: "tcp" }, (world, value) => {
    new Custom(world.hub(), "custom", { listeners: [value] });
  }),
  GeneratedFile: builder({ path: "a.txt", content: "x" }, (world, value) => {
    new Custom(world.hub(), "custom", {}, { files: [value] });
  }),
  Query: builder({ where: "test", expression: "up" }, (world, value) => {
    new Custom(world.hub(), "custom", {}, { queries: [value] });
  }),
  "Access.only": builder(
    { kind: "prometheus", listener: undefined as string | undefined },
    (world, { kind, listener }) => {
      world.hub({ monitoring: { bounds: [Access.only(kind, [AccessPeer.technicians()], listener)] } });
    },
  ),
  "AccessPeer.component": builder({ kind: "grafana" }, (world, { kind }) => {
    const peers = [AccessPeer.technicians(), AccessPeer.component(kind)];
    world.hub({ monitoring: { bounds: [Access.only("prometheus", peers)] } });
  }),
  "Peer.ipv4": builder({ cidr: "192.0.2.0/24" }, (world, { cidr }) => {
    world.hub().firewall.allow(Peer.ipv4(cidr), Port.tcp(443));
  }),
  "Peer.ipv6": builder({ cidr: "2001:db8::/48" }, (world, { cidr }) => {
    world.hub().firewall.allow(Peer.ipv6(cidr), Port.tcp(443));
  }),
  "Alert.tune": builder({ name: "DiskFull" }, (world, { name }) => {
    world.hub({ monitoring: { alerts: [Alert.tune(name, {})] } });
  }),
  "Alert.off": builder({ name: "DiskFull" }, (world, { name }) => {
    world.hub({ monitoring: { alerts: [Alert.off(name)] } });
  }),
  AlertTuning: builder({ thresholds: { warning: 85 }, labels: { team: "web" } }, (world, value) => {
    world.hub({ monitoring: { alerts: [Alert.tune("DiskFull", value)] } });
  }),
  CustomAlert: builder({ ...alert, labels: { team: "web" } }, (world, value) => {
    world.hub({ monitoring: { alerts: [Alert.custom(value)] } });
  }),
  "Artifacts.directory": builder({ path: "/srv/releases" }, (world, { path }) => {
    world.hub({ monitoring: { artifacts: Artifacts.directory(path) } });
  }),
  "Artifacts.mirror": builder({ url: "https://mirror.example.com/" }, (world, { url }) => {
    world.hub({ monitoring: { artifacts: Artifacts.mirror(url) } });
  }),
  "Artifacts.source": builder({ path: "/srv/built" }, (world, { path }) => {
    world.hub({ monitoring: { artifacts: Artifacts.source(path) } });
  }),
  "Artifacts.fromEnvironment": builder(
    { environment: { CDKTF_MONITORING_DIRECTORY: "/srv" } },
    (world, { environment }) => {
      world.hub({ monitoring: { artifacts: Artifacts.fromEnvironment(environment) } });
    },
  ),
  "Dashboard.fromFile": builder({ path: "dashboards/shop.json" }, (world, { path }) => {
    new Grafana(world.hub(), "grafana", { dashboards: [Dashboard.fromFile(path)] });
  }),
  DashboardOptions: builder({}, (world, value) => {
    new Grafana(world.hub(), "grafana", { dashboards: [Dashboard.fromGrafanaCom(1860, 45, value)] });
  }),
  "Secret.fromEnvironment": builder({ variable: "TOKEN" }, (world, { variable }) => {
    notified(world, [Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment(variable) })]);
  }),
  "Secret.fromFile": builder({ path: "secrets/token" }, (world, { path }) => {
    notified(world, [Receiver.slack("ops", { webhookUrl: Secret.fromFile(path) })]);
  }),
  SecretOptions: builder({}, (world, value) => {
    notified(world, [Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment("TOKEN", value) })]);
  }),
  "Certificates.fromFiles": builder({ folder: "pki" }, (world, { folder }) => {
    encrypted(world, Certificates.fromFiles(folder));
  }),
  CertificateFilesOptions: builder({}, (world, options) => {
    encrypted(world, Certificates.fromFiles("pki", options));
  }),
  ComponentCertificate: builder({ server: "hub", component: "gateway" }, (world, place) => {
    const places = ["node_exporter", "prometheus"].map((component) => ({ server: "hub", component }));
    const components = [...places, place].map((each) => ({ ...each, certificate: secret, key: secret }));
    encrypted(world, Certificates.fromSecrets({ authority: secret, components }));
  }),
  "LogAgent.named": builder({ program: "alloy" }, (world, { program }) => {
    new Loki(world.hub({ monitoring: { logAgent: LogAgent.named(program) } }), "loki");
  }),
  JournalLogs: builder({ units: ["api.service"] }, (world, value) => {
    withLogs(world, LogSource.journal("api", value));
  }),
  LogFiles: builder({ paths: ["/srv/shop/*.log"], format: LogFormat.PLAIN }, (world, value) => {
    withLogs(world, LogSource.files("shop", value));
  }),
  WebServerLogs: builder({}, (world, value) => {
    withLogs(world, LogSource.nginx(value));
  }),
  "LogSource.files": builder({ name: "shop" }, (world, { name }) => {
    withLogs(world, LogSource.files(name, { paths: ["/srv/shop/*.log"] }));
  }),
  "LogSource.journal": builder({ name: "api" }, (world, { name }) => {
    withLogs(world, LogSource.journal(name, { units: ["api.service"] }));
  }),
  LogLimits: builder({}, (world, limits) => {
    new Loki(world.hub(), "loki", { limits });
  }),
  S3Storage: builder(s3, (world, value) => {
    new Loki(world.hub(), "loki", { s3: value });
  }),
  StreamRetention: builder({ selector: '{job="nginx"}', retention: "7d" }, (world, value) => {
    new Loki(world.hub(), "loki", { streamRetention: [value] });
  }),
  "Matcher.is": matched((label, value) => Matcher.is(label, value)),
  "Matcher.isNot": matched((label, value) => Matcher.isNot(label, value)),
  "Matcher.matches": matched((label, value) => Matcher.matches(label, value)),
  "Matcher.matchesNot": matched((label, value) => Matcher.matchesNot(label, value)),
  "Receiver.slack": named((name) => Receiver.slack(name, webhook)),
  "Receiver.discord": named((name) => Receiver.discord(name, webhook)),
  "Receiver.teams": named((name) => Receiver.teams(name, webhook)),
  "Receiver.email": named((name) => Receiver.email(name, email)),
  "Receiver.pagerDuty": named((name) => Receiver.pagerDuty(name, { routingKey: secret })),
  "Receiver.telegram": named((name) => Receiver.telegram(name, { botToken: secret, chatId: 1 })),
  "Receiver.ntfy": named((name) => Receiver.ntfy(name, { topicUrl: secret })),
  "Receiver.webhook": named((name) => Receiver.webhook(name, { url: secret })),
  "Receiver.healthchecks": named((name) => Receiver.healthchecks(name, { pingUrl: secret })),
  "Receiver.group": named((name) => Receiver.group(name, [Receiver.slack("member", webhook)])),
  EmailLogin: builder({ user: "ops", password: secret }, (world, login) => {
    notified(world, [Receiver.email("ops", { ...email, login })]);
  }),
  EmailReceiverProps: builder(email, (world, value) => {
    notified(world, [Receiver.email("ops", value)]);
  }),
  PagerDutyReceiverProps: builder({ routingKey: secret }, (world, value) => {
    notified(world, [Receiver.pagerDuty("ops", value)]);
  }),
  SlackReceiverProps: builder(webhook, (world, value) => {
    notified(world, [Receiver.slack("ops", value)]);
  }),
  TelegramReceiverProps: builder({ botToken: secret, chatId: 1 }, (world, value) => {
    notified(world, [Receiver.telegram("ops", value)]);
  }),
  Inhibition: builder(
    { source: [Matcher.is("a", "b")], target: [Matcher.is("c", "d")], equal: ["instance"] },
    (world, value) => {
      notified(world, [Receiver.slack("ops", webhook)], { inhibitions: [value] });
    },
  ),
  Route: builder({ matchers: [Matcher.is("team", "web")], receiver: "ops" }, (world, value) => {
    notified(world, [Receiver.slack("ops", webhook)], { routes: [value] });
  }),
  Routing: builder({}, (world, value) => {
    notified(world, [Receiver.slack("ops", webhook)], value);
  }),
  TimeInterval: builder({ name: "nights" }, (world, value) => {
    const routes = [{ matchers: [Matcher.is("team", "web")], receiver: "ops", mutedDuring: [value.name] }];
    notified(world, [Receiver.slack("ops", webhook)], { timeIntervals: [value], routes });
  }),
  "new Alertmanager": identified((world, id) => new Alertmanager(world.hub(), id)),
  AlertmanagerProps: builder({}, (world, value) => {
    new Alertmanager(world.hub(), "alertmanager", value);
  }),
  "new Component": identified((world, id) => new Custom(world.hub(), id)),
  ComponentDescription: builder({}, (world, value) => {
    const artifact = "version" in value ? { artifact: "node_exporter" } : {};
    new Custom(world.hub(), "custom", { ...artifact, ...value });
  }),
  "Component#addWebUi": builder(
    { listener: "http", title: "Backups", known: undefined as string | undefined },
    (world, { listener, title, known }) => {
      new Custom(world.hub()).showWebUi(listener, title, known);
    },
  ),
  "Component#portOf": builder({ listener: "http" }, (world, { listener }) => {
    new Custom(world.hub()).showPort(listener);
  }),
  "new Grafana": identified((world, id) => new Grafana(world.hub(), id)),
  GrafanaDatabase: builder({ host: "db.example.com" }, (world, database) => {
    new Grafana(world.hub(), "grafana", { database });
  }),
  GrafanaProps: builder(
    { settings: { log: { level: "warn" } }, secretSettings: { "auth.google": { client_secret: secret } } },
    (world, value) => {
      new Grafana(world.hub(), "grafana", value);
    },
  ),
  GrafanaTls: builder({ certificate: "/etc/ssl/a.pem", key: "/etc/ssl/a.key" }, (world, tls) => {
    new Grafana(world.hub(), "grafana", { tls });
  }),
  LogAgentProps: builder({}, (world, logAgent) => {
    new Loki(world.hub({ member: { logAgent } }), "loki");
  }),
  "new Loki": identified((world, id) => new Loki(world.hub(), id)),
  LokiProps: builder({}, (world, value) => {
    new Loki(world.hub(), "loki", value);
  }),
  GatewayProps: builder({ names: { prometheus: "prometheus.example.com" } }, (world, gateway) => {
    new Loki(world.hub({ monitoring: { gateway, transport: Transport.mutualTls() } }), "loki");
  }),
  NodeExporterProps: builder({}, (world, nodeExporter) => {
    world.hub({ member: { nodeExporter } });
  }),
  "new Prometheus": identified((world, id) => world.hub({ ids: { Prometheus: id } })),
  PrometheusProps: builder({ externalLabels: { site: "a" } }, (world, prometheus) => {
    world.hub({ prometheus });
  }),
  ScrapeLimits: builder({}, (world, scrapeLimits) => {
    world.hub({ prometheus: { scrapeLimits } });
  }),
  Resources: builder({}, (world, resources) => {
    world.hub({ prometheus: { resources } });
  }),
  ScrapeJob: builder({ job: "app", targets: ["app:80"], labels: { team: "web" } }, (world, job) => {
    world.hub({ prometheus: { scrapeJobs: [job] } });
  }),
  IServer: builder({}, (world, value) => {
    world.hub({ machine: new CustomServer(world.stack, value) });
  }),
  IServerNetwork: builder({ name: "lan" }, (world, { name }) => {
    world.hub({ machine: new CustomServer(world.stack, {}, name) });
  }),
  SshAccess: builder({ host: "203.0.113.10", user: "root" }, (world, ssh) => {
    const machine = new CustomServer(world.stack, { ssh, publicAddress: "203.0.113.10" });
    new Grafana(world.hub({ monitoring: { provision: false }, machine }), "grafana");
  }),
  "ExporterFirewall#allow": builder({ reason: "web site" }, (world, { reason }) => {
    const network = world.aws();
    const machine = new AwsServer(world.stack, "hub-server", { network });
    world.hub({ machine }).firewall.allow(Peer.anyIpv4(), Port.tcp(443), reason);
  }),
  "new FirewalledServer": identified((world, id) => {
    const { monitoring } = world.hub();
    const server = new ExistingServer(world.stack, "other-server", { address: "203.0.113.11" });
    new FirewalledServer(world.stack, id, { monitoring, server });
  }),
  Exporter: builder<Exporter>({ job: "app", port: 8080 }, (world, value) => {
    world.hub({ member: { exporters: [value] } });
  }),
  "new Member": identified((world, id) => {
    const { monitoring } = world.hub();
    const server = new ExistingServer(world.stack, "other-server", { address: "203.0.113.11" });
    new MonitoredServer(world.stack, id, { monitoring, server });
  }),
  "new MonitoredServer": identified((world, id) => {
    const { monitoring } = world.hub();
    const server = new ExistingServer(world.stack, "other-server", { address: "203.0.113.11" });
    new MonitoredServer(world.stack, id, { monitoring, server });
  }),
  "new MonitoringHost": identified((world, id) => world.hub({ ids: { MonitoringHost: id } })),
  "new Monitoring": identified((world, id) => world.hub({ ids: { Monitoring: id } })),
  "Monitoring#dial": builder({ name: "hub" }, (world, { name }) => {
    const { monitoring, server } = world.hub();
    monitoring.dial(server, name);
  }),
  MonitoringProps: builder({ technicians: ["203.0.113.7/32"] }, (world, monitoring) => {
    world.hub({ monitoring });
  }),
  "new PlaybookRun": identified((world, id) => {
    new PlaybookRun(world.hub().monitoring as never, id, { playbook: PLAYBOOK });
  }),
  PlaybookRunProps: builder(
    { playbook: PLAYBOOK, variables: { greeting: "hello" }, secrets: { token: secret } },
    (world, value) => {
      new PlaybookRun(world.hub().monitoring as never, "site", value);
    },
  ),
  "new ExistingNetwork": identified((world, id) => {
    const network = new ExistingNetwork(world.stack, id);
    world.hub({ server: { network, privateAddress: "10.0.0.7" } });
  }),
  ExistingNetworkProps: builder({}, (world, value) => {
    const network = new ExistingNetwork(world.stack, "lan", value);
    world.hub({ server: { network, privateAddress: "10.0.0.7" } });
  }),
  "new ExistingServer": identified((world, id) => world.hub({ ids: { ExistingServer: id } })),
  ExistingServerProps: builder({ address: "203.0.113.10" }, (world, server) => {
    const network = "privateAddress" in server ? { network: new ExistingNetwork(world.stack, "lan") } : {};
    // The command that prints the password contains the SSH access.
    new Grafana(world.hub({ monitoring: { provision: false }, server: { ...network, ...server } }), "grafana");
  }),
  "new LocalNetwork": identified((world, id) => {
    const network = new LocalNetwork(world.stack, id);
    world.hub({ machine: new LocalServer(world.stack, "hub-server", { network }) });
  }),
  LocalNetworkProps: builder({}, (world, value) => {
    const network = new LocalNetwork(world.stack, "lan", value);
    world.hub({ machine: new LocalServer(world.stack, "hub-server", { network }) });
  }),
  "new LocalServer": identified((world, id) => {
    const network = new LocalNetwork(world.stack, "lan");
    world.hub({ machine: new LocalServer(world.stack, id, { network }) });
  }),
  LocalServerProps: builder({}, (world, value) => {
    const network = new LocalNetwork(world.stack, "lan");
    world.hub({ machine: new LocalServer(world.stack, "hub-server", { network, ...value }) });
  }),
  AwsInstanceProps: builder({}, (world, value) => {
    const network = world.aws();
    const instance = new Instance(world.stack, "instance", { ami: "ami-1", instanceType: "t3.small" });
    const machine = AwsServer.fromInstance(world.stack, "hub-server", { network, instance, ...value });
    new Grafana(world.hub({ monitoring: { provision: false }, machine }), "grafana");
  }),
  "KeyPair.named": builder({ name: "deployer" }, (world, { name }) => {
    const network = world.aws({ keyPair: KeyPair.named(name) });
    world.hub({ machine: new AwsServer(world.stack, "hub-server", { network }) });
  }),
  "KeyPair.fromFile": builder({ keyFile: "~/.ssh/deployer" }, (world, { keyFile }) => {
    const network = world.aws({ keyPair: KeyPair.fromFile(keyFile) });
    world.hub({ machine: new AwsServer(world.stack, "hub-server", { network }) });
  }),
  NamedKeyPairOptions: builder({}, (world, value) => {
    const network = world.aws({ keyPair: KeyPair.named("deployer", value) });
    const machine = new AwsServer(world.stack, "hub-server", { network });
    new Grafana(world.hub({ monitoring: { provision: false }, machine }), "grafana");
  }),
  "new AwsNetwork": identified((world, id) => {
    world.hub({ machine: new AwsServer(world.stack, "hub-server", { network: world.aws({}, id) }) });
  }),
  AwsNetworkProps: builder({}, (world, value) => {
    world.hub({ machine: new AwsServer(world.stack, "hub-server", { network: world.aws(value) }) });
  }),
  AwsVpc: builder({ vpcId: "vpc-1", subnetIds: ["subnet-1"] }, (world, vpc) => {
    world.hub({ machine: new AwsServer(world.stack, "hub-server", { network: world.aws({ vpc }) }) });
  }),
  "new AwsServer": identified((world, id) => {
    world.hub({ machine: new AwsServer(world.stack, id, { network: world.aws() }) });
  }),
  "AwsServer.fromInstance": identified((world, id) => {
    const network = world.aws();
    const instance = new Instance(world.stack, "instance", { ami: "ami-1", instanceType: "t3.small" });
    world.hub({ machine: AwsServer.fromInstance(world.stack, id, { network, instance }) });
  }),
  AwsServerProps: builder({ tags: { team: "web" } }, (world, value) => {
    const network = world.aws();
    world.hub({ machine: new AwsServer(world.stack, "hub-server", { network, ...value }) });
  }),
};

/** Calls that read a file, so that their smallest arguments would need one. */
export const READS_FILES: readonly string[] = ["Artifacts.source", "Dashboard.fromFile", "KeyPair.fromFile"];

/** Interfaces that only the library implements, so that no text of a user is in them. */
export const NOT_FROM_USERS: readonly string[] = ["Edge", "Source", "IMonitoring"];
