import { Construct } from "constructs";
import { Connection, scrapeConnections } from "../../lib/access/access";
import { CUSTOM_GROUP } from "../../lib/alerts/groups";
import { ruleFile } from "../../lib/alerts/rule-file";
import { runbooksPage } from "../../lib/alerts/runbooks";
import { ruleQueries } from "../../lib/alerts/queries";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { hostPort } from "../../lib/network/host-port";
import { Value, Variables } from "../../lib/inventory/inventory";
import { MetricUse } from "../../lib/metrics/unknown-metrics";
import { jobNameProblem, labelNameProblem, metricNameProblem } from "../../lib/names";
import { scrapeTargets } from "../../lib/metrics/scrape-targets";
import { Secret, SecretReference } from "../../lib/inventory/secret";
import { durationProblem, durationSeconds, isByteSize } from "../../lib/units";
import { Component } from "./component";
import { extraFlags } from "./extra-flags";
import { MovableProps, OnMove } from "./on-move";
import { constructError } from "../synthesis/errors";

/** Something else that Prometheus scrapes: an application's own metrics. */
export interface ScrapeJob {
  /** The job's name: the label `job`. */
  readonly job: string;
  /** `host:port` of each target. */
  readonly targets: readonly string[];
  /**
   * How often it is scraped.
   *
   * @default - Prometheus' scrape interval
   */
  readonly interval?: string;
  /**
   * How long a scrape may take.
   *
   * @default - Prometheus' scrape timeout
   */
  readonly timeout?: string;
  /**
   * The path of its metrics.
   *
   * @default "/metrics"
   */
  readonly metricsPath?: string;
  /** `http` or `https`. @default "http" */
  readonly scheme?: string;
  /** Labels of all its series. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** A token that is sent as `Authorization: Bearer`. @default - none */
  readonly bearerToken?: Secret;
  /**
   * The names of those of its metrics that rules and dashboards use, as they are queried: `http_requests_total`, of a
   * histogram `http_duration_seconds_bucket`. What uses a metric that nothing is known to emit is refused.
   *
   * @default - none
   */
  readonly metrics?: readonly string[];
}

/** Settings of a {@link Prometheus}. */
export interface PrometheusProps extends MovableProps {
  /**
   * The port of its pages and its API.
   *
   * @default 9090
   */
  readonly port?: number;
  /** How long samples are kept. @default "15d" (Prometheus' own) */
  readonly retention?: string;
  /** How much disk samples may take, such as `10GB`; whichever limit is met first counts. @default - no limit */
  readonly retentionSize?: string;
  /** How often targets are scraped. @default "15s" */
  readonly scrapeInterval?: string;
  /** After how long a scrape is given up; at most the interval. @default "10s", or the interval if that is shorter */
  readonly scrapeTimeout?: string;
  /** How often rules are evaluated, and so alerts begin and end. @default "15s" */
  readonly evaluationInterval?: string;
  /** Labels added to what leaves this Prometheus (alerts, federation, remote write). @default - none */
  readonly externalLabels?: Readonly<Record<string, string>>;
  /** Further jobs beside the members'. @default - none */
  readonly scrapeJobs?: readonly ScrapeJob[];
  /** Further command-line flags, as `--name` or `--name=value`. @default - none */
  readonly extraFlags?: readonly string[];
  /** Another release than the pinned one. @default - the pinned release */
  readonly version?: string;
}

/** What it makes of each scrape, whatever is scraped, and of its alerts (prometheus.io/docs/concepts/jobs_instances). */
const OWN_SERIES = [
  "up",
  "scrape_duration_seconds",
  "scrape_samples_post_metric_relabeling",
  "scrape_samples_scraped",
  "scrape_series_added",
  "ALERTS",
  "ALERTS_FOR_STATE",
];
const SCRAPE_INTERVAL = "15s";
const ALERTMANAGER = "alertmanager";
const OWN_FLAGS = [
  "config.file",
  "storage.tsdb.path",
  "storage.tsdb.retention.time",
  "storage.tsdb.retention.size",
  "web.listen-address",
  "web.external-url",
  "web.user-assets",
];

/**
 * Prometheus, which collects the metrics of every member. It is placed by its scope; its targets follow from what else
 * is placed, and a new member appears in it without a reload.
 */
export class Prometheus extends Component {
  /** Where technicians open it. */
  public readonly url: string;
  private readonly props: PrometheusProps;
  private readonly flags: readonly string[];

  /** @throws when a duration, size, label, job or flag is malformed */
  public constructor(scope: Construct, id: string, props: PrometheusProps = {}) {
    super(scope, id, {
      kind: "prometheus",
      artifact: "prometheus",
      version: props.version,
      onMove: props.onMove ?? OnMove.KEEP_DATA,
      listeners: [
        { name: "http", port: props.port ?? 9090, protocol: "tcp", scrapeJob: "prometheus", technicians: true },
      ],
    });
    this.props = props;
    this.checkSettings();
    this.checkJobs();
    this.flags = extraFlags(this, props.extraFlags ?? [], OWN_FLAGS);
    this.url = this.page("http", "Prometheus");
    this.node.addValidation({ validate: () => this.jobCollisions() });
  }

  /** How often targets are scraped. */
  public get scrapeInterval(): string {
    return this.props.scrapeInterval ?? SCRAPE_INTERVAL;
  }

  public override get connections(): readonly Connection[] {
    const { _listening: listening } = this.member.monitoring;
    const told = listening.some(({ kind }) => kind === ALERTMANAGER);
    return [
      ...scrapeConnections(listening),
      ...(told ? [{ kind: ALERTMANAGER, listener: "http", reason: "sends alerts" }] : []),
    ];
  }

  public override get secrets(): readonly SecretReference[] {
    return (this.props.scrapeJobs ?? []).flatMap((job) =>
      job.bearerToken ? [job.bearerToken.reference(secretName(job))] : [],
    );
  }

  public get variables(): Variables {
    const { monitoring, server } = this.member;
    const targets = scrapeTargets(monitoring._edgesFrom(this), monitoring.name, (name) =>
      monitoring.dial(server, name),
    );
    const interval = this.scrapeInterval;
    return {
      prometheus_version: this.version,
      prometheus_port: this.portOf("http"),
      prometheus_external_url: this.url,
      prometheus_scrape_interval: interval,
      prometheus_evaluation_interval: this.props.evaluationInterval ?? "15s",
      prometheus_scrape_timeout: this.props.scrapeTimeout ?? shorter("10s", interval),
      prometheus_retention_time: this.props.retention ?? "15d",
      prometheus_retention_size: this.props.retentionSize ?? "",
      prometheus_external_labels: this.props.externalLabels ?? {},
      prometheus_extra_flags: this.flags,
      prometheus_alertmanagers: this.alertmanagers.map((address) => ({ address })),
      prometheus_targets: targets.map(({ targets, ...job }) => ({
        ...job,
        targets: targets.map((target) => ({ ...target })),
      })),
      prometheus_scrape_jobs: (this.props.scrapeJobs ?? []).map(jobVariables),
    };
  }

  /** What the role copies: our rules, the users' own, and what to do when they fire. */
  public override get files(): readonly GeneratedFile[] {
    const { _alerting: alerting } = this.member.monitoring;
    const { groups } = alerting;
    const own = groups.filter(({ name }) => name === CUSTOM_GROUP);
    const ours = groups.filter(({ name }) => name !== CUSTOM_GROUP);
    return [
      { path: "rules/monitoring.yml", content: ruleFile(ours) },
      ...(own.length === 0 ? [] : [{ path: "rules/custom.yml", content: ruleFile(own) }]),
      { path: "web/runbooks.html", content: runbooksPage([...groups, ...alerting.logGroups()]) },
    ];
  }

  /** Its own metrics, those that it makes of each scrape, those of its rules, and what users' jobs are said to emit. */
  public override get emits(): ReadonlySet<string> {
    const recorded = this.member.monitoring._alerting.groups.flatMap(({ recordings }) => recordings);
    const declared = (this.props.scrapeJobs ?? []).flatMap(({ metrics = [] }) => metrics);
    return new Set([...super.emits, ...OWN_SERIES, ...recorded.map(({ record }) => record), ...declared]);
  }

  /** The rules that it evaluates. */
  public override get queries(): readonly MetricUse[] {
    return ruleQueries(this.member.monitoring._alerting.groups);
  }

  /** Where alerts are sent, by how they are dialled from here. */
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
    const { retention, retentionSize, scrapeInterval, scrapeTimeout, evaluationInterval, externalLabels } = this.props;
    for (const [name, duration] of Object.entries({ retention, scrapeInterval, scrapeTimeout, evaluationInterval })) {
      this.checkDuration(name, duration);
    }
    if (retentionSize !== undefined && !isByteSize(retentionSize)) {
      throw constructError(this, `retentionSize: "${retentionSize}" is not a size such as "512MB" or "10GB"`);
    }
    this.checkTimeout("scrapeTimeout:", scrapeTimeout, scrapeInterval);
    this.checkLabels("externalLabels", externalLabels);
  }

  private checkJobs(): void {
    const names = new Set<string>();
    for (const { job, targets, interval, timeout, scheme, labels, metrics = [] } of this.props.scrapeJobs ?? []) {
      const where = `scrapeJobs, job "${job}"`;
      const misnamed = jobNameProblem(job);
      if (misnamed !== undefined) throw constructError(this, `scrapeJobs: ${misnamed}`);
      if (names.has(job)) throw constructError(this, `${where}: there are two jobs of this name`);
      names.add(job);
      const malformed = targets.find((target) => !/^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):\d{1,5}$/.test(target));
      if (malformed !== undefined) throw constructError(this, `${where}: the target "${malformed}" is not "host:port"`);
      if (scheme !== undefined && scheme !== "http" && scheme !== "https")
        throw constructError(this, `${where}: the scheme "${scheme}" is neither http nor https`);
      this.checkDuration(`${where}, interval`, interval);
      this.checkDuration(`${where}, timeout`, timeout);
      this.checkTimeout(`${where}: the timeout`, timeout, interval ?? this.props.scrapeInterval);
      this.checkLabels(`${where}, labels`, labels);
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

  /** A user's job may not take the name of one that follows from the members. */
  private jobCollisions(): string[] {
    const own = new Set(
      this.member.monitoring._listening.flatMap(({ listeners }) => listeners.map(({ scrapeJob }) => scrapeJob)),
    );
    return (this.props.scrapeJobs ?? [])
      .filter(({ job }) => own.has(job))
      .map(({ job }) => `scrapeJobs: the job "${job}" exists already, for the members themselves: choose another name`);
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
