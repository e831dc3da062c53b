import { Construct } from "constructs";
import { Query } from "../../lib/query";
import { Connection, scrapeConnections } from "../../lib/access/access";
import { CUSTOM_GROUP } from "../../lib/alerts/groups";
import { ruleFile } from "../../lib/alerts/rule-file";
import { runbooksPage } from "../../lib/alerts/runbooks";
import { ruleQueries } from "../../lib/alerts/queries";
import { Budgets, DEFAULT_SERIES_BUDGET, DiskNeed, seriesDiskNeed } from "../../lib/budgets";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { hostPort } from "../../lib/network/host-port";
import { Value, Variables } from "../../lib/inventory/variables";
import { jobNameProblem, labelNameProblem, metricNameProblem } from "../../lib/names";
import { literalExternalLabels } from "../../lib/metrics/external-labels";
import { DEFAULT_SCRAPE_LIMITS, scrapeLimitSettings, scrapeLimitsProblem } from "../../lib/metrics/scrape-limits";
import { scrapeTargets } from "../../lib/metrics/scrape-targets";
import { Secret } from "../../lib/inventory/secret";
import { byteSize, durationProblem, durationSeconds } from "../../lib/units";
import { builtIn } from "./built-in";
import { Component } from "./component";
import { extraFlags } from "./extra-flags";
import { serveByGateway } from "./gateway";
import { clientsByRight } from "./gateway-rights";
import { PrometheusProps, ScrapeJob } from "./prometheus-props";
import { constructError, rejectIf } from "../synthesis/errors";

/** Series that Prometheus adds for each scrape and each alert (prometheus.io/docs/concepts/jobs_instances). */
const SCRAPE_SERIES = [
  "up",
  "scrape_body_size_bytes",
  "scrape_duration_seconds",
  "scrape_sample_limit",
  "scrape_samples_post_metric_relabeling",
  "scrape_samples_scraped",
  "scrape_series_added",
  "scrape_timeout_seconds",
  "ALERTS",
  "ALERTS_FOR_STATE",
];
const SCRAPE_INTERVAL = "15s";
const ALERTMANAGER = "alertmanager";

/**
 * Prometheus: collects the metrics of every member and evaluates the alert rules.
 *
 * It runs on the host in whose scope it is constructed. Its scrape targets are derived from the members and components.
 * When a member joins, Prometheus finds its targets without a reload.
 *
 * @example
 * new Prometheus(hub, "prometheus", { retention: "30d" });
 */
export class Prometheus extends Component {
  /** URL of the web UI. */
  public readonly url: string;
  private readonly props: PrometheusProps;
  private readonly flags: readonly string[];

  /** @throws if a duration, size, label, job or flag is invalid */
  public constructor(scope: Construct, id: string, props: PrometheusProps = {}) {
    super(scope, id, builtIn("prometheus", props));
    this.props = props;
    this.checkSettings();
    this.checkJobs();
    this.flags = extraFlags(this, props.extraFlags);
    this.url = this.addWebUi("http", "Prometheus");
    serveByGateway(this);
    this.node.addValidation({ validate: () => this.jobCollisions() });
  }

  /** Interval between two scrapes of a target. */
  public get scrapeInterval(): string {
    return this.props.scrapeInterval ?? SCRAPE_INTERVAL;
  }

  public override get connections(): readonly Connection[] {
    const { _listening: listening } = this.member.monitoring;
    const hasAlertmanager = listening.some(({ kind }) => kind === ALERTMANAGER);
    return [
      ...scrapeConnections(listening),
      ...(hasAlertmanager ? [{ kind: ALERTMANAGER, listener: "http", reason: "sends alerts" }] : []),
    ];
  }

  public override get secrets(): Readonly<Record<string, Secret>> {
    const jobs = this.props.scrapeJobs ?? [];
    return Object.fromEntries(jobs.flatMap((job) => (job.bearerToken ? [[secretName(job), job.bearerToken]] : [])));
  }

  public get variables(): Variables {
    const { monitoring, server } = this.member;
    const targets = scrapeTargets(monitoring._edgesFrom(this), monitoring.name, (name) =>
      monitoring.dial(server, name),
    );
    const interval = this.scrapeInterval;
    return {
      prometheus_version: this.version,
      prometheus_port: this.servicePort,
      prometheus_external_url: this.url,
      prometheus_scrape_interval: interval,
      prometheus_evaluation_interval: this.props.evaluationInterval ?? "15s",
      prometheus_scrape_timeout: this.props.scrapeTimeout ?? shorter("10s", interval),
      prometheus_retention_time: this.retention,
      prometheus_retention_size: this.props.retentionSize ?? "",
      prometheus_scrape_limits: scrapeLimitSettings({ ...DEFAULT_SCRAPE_LIMITS, ...this.props.scrapeLimits }),
      prometheus_external_labels: literalExternalLabels(this.props.externalLabels ?? {}, this.version),
      // Loki writes the state of its alerts, and user-provided components what they declare.
      prometheus_remote_write_receiver:
        monitoring._alerting.hasLogRules || "write" in clientsByRight(this.kind, monitoring),
      prometheus_extra_flags: this.flags,
      prometheus_alertmanagers: this.alertmanagers.map((address) => ({ address })),
      prometheus_targets: targets.map(({ targets, ...job }) => ({
        ...job,
        targets: targets.map((target) => ({ ...target })),
      })),
      prometheus_scrape_jobs: (this.props.scrapeJobs ?? []).map(jobVariables),
    };
  }

  /** Rule files of the built-in and the custom alerts, and the web page with their runbooks. */
  public override get files(): readonly GeneratedFile[] {
    const { _alerting: alerting } = this.member.monitoring;
    const { groups } = alerting;
    const custom = groups.filter(({ name }) => name === CUSTOM_GROUP);
    const builtIn = groups.filter(({ name }) => name !== CUSTOM_GROUP);
    return [
      { path: "rules/monitoring.yml", content: ruleFile(builtIn) },
      ...(custom.length === 0 ? [] : [{ path: "rules/custom.yml", content: ruleFile(custom) }]),
      { path: "web/runbooks.html", content: runbooksPage([...groups, ...alerting.logGroups()]) },
    ];
  }

  /** Metrics of Prometheus, series of scrapes and of recording rules, and metrics that the scrape jobs declare. */
  public override get emits(): ReadonlySet<string> {
    const recorded = this.member.monitoring._alerting.groups.flatMap(({ recordings }) => recordings);
    const declared = (this.props.scrapeJobs ?? []).flatMap(({ metrics = [] }) => metrics);
    return new Set([...super.emits, ...SCRAPE_SERIES, ...recorded.map(({ record }) => record), ...declared]);
  }

  /** @internal */
  public override get _budgets(): Budgets {
    return { seriesBudget: this.seriesBudget };
  }

  /** @internal */
  public override get _diskNeed(): DiskNeed {
    const { scrapeInterval, retention, seriesBudget: series } = this;
    return seriesDiskNeed({ series, scrapeInterval, retention, retentionSize: this.props.retentionSize });
  }

  /** PromQL queries of the rules. */
  public override get queries(): readonly Query[] {
    return ruleQueries(this.member.monitoring._alerting.groups);
  }

  private get retention(): string {
    return this.props.retention ?? "15d";
  }

  private get seriesBudget(): number {
    return this.props.seriesBudget ?? DEFAULT_SERIES_BUDGET;
  }

  /** Addresses of the Alertmanagers, as this server reaches them. */
  private get alertmanagers(): string[] {
    const { monitoring, server } = this.member;
    return monitoring._listening
      .filter(({ kind }) => kind === ALERTMANAGER)
      .flatMap(({ server: name, listeners }) =>
        listeners
          .filter((listener) => listener.name === "http")
          .map(({ port }) => hostPort(monitoring.dial(server, name), port)),
      );
  }

  private checkSettings(): void {
    const { retention, retentionSize, scrapeInterval, scrapeTimeout, evaluationInterval } = this.props;
    const { externalLabels, scrapeLimits = {} } = this.props;
    for (const [name, duration] of Object.entries({ retention, scrapeInterval, scrapeTimeout, evaluationInterval })) {
      this.checkDuration(name, duration);
    }
    if (retentionSize !== undefined && byteSize(retentionSize) === undefined) {
      throw constructError(this, `retentionSize: "${retentionSize}" is not a size such as "512MB" or "10GB"`);
    }
    if (!Number.isInteger(this.seriesBudget) || this.seriesBudget < 1)
      throw constructError(
        this,
        `seriesBudget: ${this.seriesBudget} is not a whole number greater than 0: use a number such as 500000`,
      );
    this.checkTimeout("scrapeTimeout:", scrapeTimeout, scrapeInterval);
    this.checkLabels("externalLabels", externalLabels);
    rejectIf(this, scrapeLimitsProblem("scrapeLimits", scrapeLimits));
  }

  private checkJobs(): void {
    const names = new Set<string>();
    for (const { job, targets, interval, timeout, scheme, labels, limits = {}, metrics = [] } of this.props
      .scrapeJobs ?? []) {
      const where = `scrapeJobs, job "${job}"`;
      const misnamed = jobNameProblem(job);
      if (misnamed !== undefined) throw constructError(this, `scrapeJobs: ${misnamed}`);
      if (names.has(job)) throw constructError(this, `${where}: two jobs have this name: rename one of them`);
      names.add(job);
      const malformed = targets.find((target) => !/^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):\d{1,5}$/.test(target));
      if (malformed !== undefined)
        throw constructError(
          this,
          `${where}: the target "${malformed}" is not "host:port": write it without scheme and path`,
        );
      if (scheme !== undefined && scheme !== "http" && scheme !== "https")
        throw constructError(this, `${where}: the scheme "${scheme}" is unknown: use "http" or "https"`);
      this.checkDuration(`${where}, interval`, interval);
      this.checkDuration(`${where}, timeout`, timeout);
      this.checkTimeout(`${where}: the timeout`, timeout, interval ?? this.props.scrapeInterval);
      this.checkLabels(`${where}, labels`, labels);
      rejectIf(this, scrapeLimitsProblem(`${where}, limits`, limits));
      const unnamed = metrics.map(metricNameProblem).find((found) => found !== undefined);
      if (unnamed !== undefined) throw constructError(this, `${where}, metrics: ${unnamed}`);
    }
  }

  private checkDuration(name: string, duration: string | undefined): void {
    const found = duration === undefined ? undefined : durationProblem(duration);
    if (found !== undefined) throw constructError(this, `${name}: ${found}`);
  }

  private checkTimeout(name: string, timeout: string | undefined, interval = SCRAPE_INTERVAL): void {
    if (timeout === undefined || seconds(timeout) <= seconds(interval)) return;
    throw constructError(this, `${name} "${timeout}" is longer than the scrape interval, "${interval}"`);
  }

  private checkLabels(name: string, labels: Readonly<Record<string, string>> = {}): void {
    for (const label of Object.keys(labels)) {
      const found = labelNameProblem(label);
      if (found !== undefined) throw constructError(this, `${name}: ${found}`);
    }
  }

  /** A user-provided job must not have the name of a built-in job. */
  private jobCollisions(): string[] {
    const own = new Set(
      this.member.monitoring._listening.flatMap(({ listeners }) => listeners.map(({ scrapeJob }) => scrapeJob)),
    );
    return (this.props.scrapeJobs ?? [])
      .filter(({ job }) => own.has(job))
      .map(({ job }) => `scrapeJobs: "${job}" is the name of a built-in job: choose another name`);
  }
}

function jobVariables(job: ScrapeJob): Value {
  return {
    job: job.job,
    targets: job.targets,
    ...(job.interval === undefined ? {} : { interval: job.interval }),
    ...(job.timeout === undefined ? {} : { timeout: job.timeout }),
    ...(job.metricsPath === undefined ? {} : { metrics_path: job.metricsPath }),
    ...(job.scheme === undefined ? {} : { scheme: job.scheme }),
    ...(job.labels === undefined ? {} : { labels: job.labels }),
    ...(job.bearerToken === undefined ? {} : { bearer_token_secret: secretName(job) }),
    ...(job.limits === undefined ? {} : { limits: scrapeLimitSettings(job.limits) }),
  };
}

function secretName(job: ScrapeJob): string {
  return `scrape_${job.job}`;
}

function seconds(duration: string): number {
  return durationSeconds(duration) ?? Number.POSITIVE_INFINITY;
}

function shorter(a: string, b: string): string {
  return seconds(a) < seconds(b) ? a : b;
}
