import { Construct } from "constructs";
import { Query } from "../../lib/query";
import { Connection } from "../../lib/access/access";
import { ArtifactRequest } from "../../lib/artifacts";
import { dashboardsProblem, dashboardWarnings } from "../../lib/dashboards/dashboard-validation";
import { Dashboard } from "../../lib/dashboards/dashboard";
import { DashboardSubject } from "../../lib/dashboards/dashboard-subject";
import { DataSources } from "../../lib/dashboards/data-sources";
import { dashboardLogQueries, dashboardQueries, unparsedQueries } from "../../lib/dashboards/queries";
import { availableDashboards } from "../../lib/dashboards/available-dashboards";
import { Uids } from "../../lib/dashboards/uids";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { Settings } from "../../lib/grafana/settings";
import { hostPort } from "../../lib/network/host-port";
import { Value, Variables } from "../../lib/inventory/variables";
import { Secret } from "../../lib/inventory/secret";
import { knownMetrics } from "../../lib/metrics/known-metrics";
import { builtIn } from "./built-in";
import { Component } from "./component";
import { serveByGateway } from "./gateway";
import { hostNameOf } from "./gateway-names";
import { emittedLogs } from "../checks/logs";
import { emittedMetrics } from "../checks/metrics";
import { grafanaProblem, secretName } from "./grafana-validation";
import { GrafanaDatabase, GrafanaProps } from "./grafana-props";
import { rejectIf } from "../synthesis/errors";
import { warnAtSynthesis } from "../synthesis/warnings";
import { Prometheus } from "./prometheus";
import { readCommand } from "./ssh-tunnel";

/**
 * Components that Grafana queries at their listener `http`. The kind is also the uid and the plugin of the data source.
 */
const SOURCES: readonly { readonly kind: string; readonly name: string }[] = [
  { kind: DataSources.PROMETHEUS, name: "Prometheus" },
  { kind: DataSources.ALERTMANAGER, name: "Alertmanager" },
  { kind: DataSources.LOKI, name: "Loki" },
];
/** A dashboard that exists at synthesis. */
interface RenderedDashboard {
  readonly dashboard: Dashboard;
  readonly content: string;
}

/** A dashboard that the controller downloads. */
interface DownloadedDashboard {
  readonly uid: string;
  readonly unchecked: boolean;
  readonly request: ArtifactRequest;
}

/**
 * Prefix of the paths at which the gateway in front of Loki accepts nothing but queries. Users of Grafana can send any
 * request to any path below the URL of a data source, and a log agent on the same server may send lines.
 */
const READ_ONLY = "/read";
const SECRETS = "/etc/grafana/secrets";
const GENERATED_PASSWORD = "/var/lib/monitoring/grafana/admin_password";

/**
 * Grafana: shows metrics, logs and alerts in dashboards.
 *
 * It runs on the host in whose scope it is constructed. Its data sources (Prometheus, Loki, Alertmanager) and the
 * built-in dashboards follow from the placed components. Several Grafanas need a shared PostgreSQL database.
 *
 * @example
 * new Grafana(hub, "grafana", { dashboards: [Dashboard.fromGrafanaCom(1860, 45)] });
 */
export class Grafana extends Component {
  /** URL of the web UI, without a trailing slash. */
  public readonly url: string;
  private readonly props: GrafanaProps;
  private readonly dashboards: readonly Dashboard[];

  /** @throws if a URL, a path, the database or a setting is invalid */
  public constructor(scope: Construct, id: string, props: GrafanaProps = {}) {
    const { tls } = props;
    super(scope, id, builtIn("grafana", { ...props, scheme: tls === undefined ? "http" : "https" }));
    this.props = props;
    this.dashboards = props.dashboards ?? [];
    rejectIf(this, grafanaProblem(props) ?? this.urlProblem(props.url));
    this.url = this.addWebUi("http", "Grafana", props.url?.replace(/\/+$/, ""));
    if (props.adminPassword === undefined) this.addPasswordCommand();
    serveByGateway(this);
    this.node.addValidation({ validate: () => [...this.togetherProblems(), ...this.dashboardProblems()] });
    warnAtSynthesis(this, () => this.dashboardWarnings());
  }

  public override get connections(): readonly Connection[] {
    return SOURCES.map(({ kind }) => ({ kind, listener: "http", reason: "queries it as a data source" }));
  }

  public override get secrets(): Readonly<Record<string, Secret>> {
    const { adminPassword, secretKey, database, secretSettings = {} } = this.props;
    const named = { admin_password: adminPassword, secret_key: secretKey, database_password: database?.password };
    return Object.fromEntries([
      ...Object.entries(named).flatMap(([name, secret]) => (secret ? [[name, secret] as const] : [])),
      ...Object.entries(secretSettings).flatMap(([section, keys]) =>
        Object.entries(keys).map(([key, secret]) => [secretName(section, key), secret] as const),
      ),
    ]);
  }

  public override get files(): readonly GeneratedFile[] {
    const dashboards = this.rendered.map(({ dashboard, content }) => ({
      path: `dashboards/${fileName(dashboard)}.json`,
      content,
    }));
    if (this.downloaded.length === 0) return dashboards;
    // The role checks the dashboards that it downloads, because they do not exist at synthesis.
    const content = knownMetrics(emittedMetrics(this.member.monitoring));
    return [...dashboards, { path: "known-metrics.json", content }];
  }

  /** PromQL queries of the dashboards. */
  public override get queries(): readonly Query[] {
    return this.rendered.flatMap(({ dashboard, content }) => marked(dashboardQueries(content), dashboard));
  }

  /** LogQL queries of the dashboards. */
  public override get logQueries(): readonly Query[] {
    return this.rendered.flatMap(({ dashboard, content }) => marked(dashboardLogQueries(content), dashboard));
  }

  public override get _collectors(): readonly string[] {
    return this.dashboards.flatMap(({ _provided: provided }) => provided?.collectors ?? []);
  }

  public override get _downloads(): readonly ArtifactRequest[] {
    return this.downloaded.map(({ request }) => request);
  }

  public get variables(): Variables {
    const { tls, database } = this.props;
    return {
      grafana_version: this.version,
      grafana_port: this.servicePort,
      grafana_url: this.url,
      grafana_tls_certificate: tls?.certificate ?? "",
      grafana_tls_key: tls?.key ?? "",
      ...(database === undefined ? {} : databaseVariables(database)),
      grafana_settings: this.settings,
      grafana_datasources: this.placedSources.map((source) => this.dataSource(source)),
      grafana_absent_datasources: SOURCES.filter(({ kind }) => !this.isPlaced(kind)).map(({ name }) => name),
      grafana_downloaded_dashboards: this.downloaded.map(({ uid, unchecked, request: { name, version } }) => ({
        uid,
        artifact: name,
        revision: version,
        ...(unchecked ? { unchecked } : {}),
      })),
      grafana_home_dashboard: Uids.FLEET,
    };
  }

  /** The built-in dashboards that have data, and the user-provided dashboards. */
  private get allDashboards(): readonly Dashboard[] {
    const own = [
      Dashboard.fleet(),
      Dashboard.server(),
      Dashboard.monitoring(),
      Dashboard.applicationLogs(),
      Dashboard.audit(),
      Dashboard.monitoringLogs(),
    ];
    const shown = availableDashboards(this.subject);
    return [...own.filter(({ uid }) => shown.has(uid)), ...this.dashboards];
  }

  private get rendered(): readonly RenderedDashboard[] {
    return this.render(this.allDashboards);
  }

  /** Returns those of the dashboards that exist at synthesis, with their JSON. */
  private render(dashboards: readonly Dashboard[]): readonly RenderedDashboard[] {
    const { subject } = this;
    return dashboards.flatMap((dashboard) => {
      const content = dashboard._json(subject);
      return content === undefined ? [] : [{ dashboard, content }];
    });
  }

  /** The dashboards that the controller downloads at deploy time. */
  private get downloaded(): readonly DownloadedDashboard[] {
    const { artifacts } = this.member.monitoring;
    return this.dashboards.flatMap(({ uid, _provided: { download, unchecked = false } = {} }) =>
      download === undefined ? [] : [{ uid, unchecked, request: artifacts._dashboard(download.id, download.revision) }],
    );
  }

  private get subject(): DashboardSubject {
    const { monitoring } = this.member;
    const { _components: components, _alerting: alerting } = monitoring;
    const kinds = new Set(components.map(({ kind }) => kind));
    return {
      kinds,
      alerts: alerting.changes,
      logs: emittedLogs(monitoring),
      runbooks: alerting.runbooksUrl,
      servers: monitoring._members.length,
    };
  }

  private get placedSources(): typeof SOURCES {
    return SOURCES.filter(({ kind }) => this.isPlaced(kind));
  }

  private isPlaced(kind: string): boolean {
    return this.member.monitoring._first(kind) !== undefined;
  }

  /** The user-provided settings. A secret setting refers to its file on the server. */
  private get settings(): Settings {
    const { settings = {}, secretSettings = {} } = this.props;
    const sections = [...new Set([...Object.keys(settings), ...Object.keys(secretSettings)])];
    return Object.fromEntries(
      sections.map((section) => {
        const secret = Object.keys(secretSettings[section] ?? {}).map((key) => [
          key,
          `$__file{${SECRETS}/${secretName(section, key)}}`,
        ]);
        return [section, { ...settings[section], ...(Object.fromEntries(secret) as Record<string, string>) }];
      }),
    );
  }

  private dataSource({ kind, name }: (typeof SOURCES)[number]): Value {
    const { monitoring, server } = this.member;
    const target = monitoring._first(kind);
    const { port = 0, scheme = "http" } = target?.listeners.find((listener) => listener.name === "http") ?? {};
    const address = monitoring.dial(server, target?.member.server.name ?? "");
    const isDefault = kind === DataSources.PROMETHEUS;
    return {
      uid: kind,
      name,
      url: `${scheme}://${hostPort(address, port)}${kind === DataSources.LOKI ? READ_ONLY : ""}`,
      ...(isDefault ? { default: true } : {}),
      options: this.sourceOptions(kind),
    };
  }

  private sourceOptions(kind: string): Variables {
    if (kind === DataSources.ALERTMANAGER) return { implementation: "prometheus" };
    if (kind !== DataSources.PROMETHEUS) return {};
    const prometheus = this.member.monitoring._first(kind);
    return {
      httpMethod: "POST",
      ...(prometheus instanceof Prometheus ? { timeInterval: prometheus.scrapeInterval } : {}),
      ...(this.isPlaced(DataSources.ALERTMANAGER) ? { alertmanagerUid: DataSources.ALERTMANAGER } : {}),
    };
  }

  /** The name on the gateway and the prop `url` would be two URLs of the same Grafana. */
  private urlProblem(url: string | undefined): string | undefined {
    const name = hostNameOf(this.member.monitoring, this.kind);
    return name === undefined || url === undefined
      ? undefined
      : `url: "${url}" is set, but the gateway serves Grafana as "${name}": remove url, or the name in gateway, names`;
  }

  /** Several Grafanas show the same dashboards and users only if they share the database and its secrets. */
  private togetherProblems(): string[] {
    const all = this.member.monitoring._components.filter(({ kind }) => kind === this.kind);
    const { database, adminPassword, secretKey } = this.props;
    const lacking = Object.entries({ database, adminPassword, secretKey }).flatMap(([name, value]) =>
      value === undefined ? [name] : [],
    );
    if (all.length < 2 || lacking.length === 0) return [];
    return [
      `${all.length} Grafanas must share a PostgreSQL database and its secrets: set ${lacking.join(", ")} to the same values as in the others`,
    ];
  }

  private dashboardProblems(): string[] {
    const uids = this.placedSources.map(({ kind }) => kind);
    const found = dashboardsProblem(this.allDashboards, this.subject, uids);
    return found === undefined ? [] : [found];
  }

  private dashboardWarnings(): string[] {
    const checked = this.render(
      this.dashboards.filter(({ _provided: provided }) => provided !== undefined && !provided.unchecked),
    );
    if (checked.length === 0) return [];
    const emitted = emittedMetrics(this.member.monitoring);
    return checked.flatMap(({ dashboard, content }) =>
      dashboardWarnings(
        dashboard.title,
        marked(dashboardQueries(content), dashboard),
        unparsedQueries(content),
        emitted,
      ),
    );
  }

  private addPasswordCommand(): void {
    const { monitoring, server } = this.member;
    if (monitoring._first(this.kind)?.node !== this.node) return;
    monitoring._addOutput(
      "grafana_password_command",
      readCommand(server, monitoring, GENERATED_PASSWORD),
      "Command that prints the password of the Grafana admin; run it in the folder of the project",
    );
  }
}

/** Returns the name of a dashboard's file. A uid can begin with a hyphen, but the name of a generated file cannot. */
function fileName({ uid }: Dashboard): string {
  return uid.startsWith("-") ? `_${uid}` : uid;
}

/** Returns the queries of a dashboard. Those of a user-provided dashboard get its exemptions from the checks. */
function marked(queries: readonly Query[], { _provided: provided }: Dashboard): readonly Query[] {
  if (provided === undefined) return queries;
  return queries.map((query) => ({ ...query, _mayBeEmpty: true, _unchecked: provided.unchecked }));
}

function databaseVariables({ host, port, name, user, sslMode }: GrafanaDatabase): Variables {
  return {
    grafana_database_host: hostPort(host, port ?? 5432),
    grafana_database_name: name ?? "grafana",
    grafana_database_user: user ?? "grafana",
    grafana_database_ssl_mode: sslMode ?? "require",
  };
}
