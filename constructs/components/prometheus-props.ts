import { Secret } from "../../lib/inventory/secret";
import { ScrapeLimits } from "../../lib/metrics/scrape-limits";
import { AdoptProps } from "./adopt";
import { ApiPortProps } from "./gateway-props";
import { ResourceProps } from "./resources";
import { MovableProps } from "./on-move";

/** A scrape job in addition to those of the members, such as an application on another server. */
export interface ScrapeJob {
  /** Name of the job: the label `job`. */
  readonly job: string;
  /** Targets, as `host:port`. */
  readonly targets: readonly string[];
  /**
   * Scrape interval of the job.
   *
   * @default - the scrape interval of Prometheus
   */
  readonly interval?: string;
  /**
   * Scrape timeout of the job.
   *
   * @default - the scrape timeout of Prometheus
   */
  readonly timeout?: string;
  /**
   * Path of the metrics.
   *
   * @default "/metrics"
   */
  readonly metricsPath?: string;
  /**
   * Scheme of the targets: `http` or `https`.
   *
   * @default "http"
   */
  readonly scheme?: string;
  /**
   * Labels that are added to all series of the job.
   *
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Token that Prometheus sends as `Authorization: Bearer`.
   *
   * @default - none
   */
  readonly bearerToken?: Secret;
  /**
   * Limits of each scrape of the job. Limits that are not set have the values in {@link PrometheusProps.scrapeLimits}.
   *
   * @default - the limits of Prometheus
   */
  readonly limits?: ScrapeLimits;
  /**
   * Names of metrics that your rules and dashboards use, exactly as in queries: `http_requests_total`, or for a
   * histogram `http_duration_seconds_bucket`. The synthesis rejects a query for a metric that nothing emits.
   *
   * @default - none
   */
  readonly metrics?: readonly string[];
}

/** Settings of a {@link Prometheus}. */
export interface PrometheusProps extends AdoptProps, ApiPortProps, MovableProps, ResourceProps {
  /**
   * Port of the web UI and API.
   *
   * @default 9090
   */
  readonly port?: number;
  /**
   * Time for which Prometheus keeps samples.
   *
   * @default "15d" (the default of Prometheus)
   */
  readonly retention?: string;
  /**
   * Disk space for samples, such as `10GB`. Prometheus deletes old samples when either `retention` or this limit is
   * reached.
   *
   * @default - no limit
   */
  readonly retentionSize?: string;
  /**
   * Number of series that Prometheus is meant to hold. The alert PrometheusSeriesOverBudget reports when there are more.
   * The synthesis warns if samples of this many series do not fit the disk of the server. A series takes 4 to 8 KB of
   * memory, and 2 bytes of disk per scrape. A server has 1,000 to 3,000 series.
   *
   * @default 500000
   */
  readonly seriesBudget?: number;
  /**
   * Interval between two scrapes of a target.
   *
   * @default "15s"
   */
  readonly scrapeInterval?: string;
  /**
   * Time after which a scrape fails. It must not be longer than the scrape interval.
   *
   * @default "10s", or the scrape interval if that is shorter
   */
  readonly scrapeTimeout?: string;
  /**
   * Limits of each scrape of a target, in all jobs. `limits` of a scrape job replaces them for that job.
   *
   * @default - the defaults of {@link ScrapeLimits}
   */
  readonly scrapeLimits?: ScrapeLimits;
  /**
   * Interval between two evaluations of the rules.
   *
   * @default "15s"
   */
  readonly evaluationInterval?: string;
  /**
   * Labels that Prometheus adds to all data that it sends to other systems: alerts, federation and remote write.
   *
   * @default - none
   */
  readonly externalLabels?: Readonly<Record<string, string>>;
  /**
   * Scrape jobs in addition to those of the members.
   *
   * @default - none
   */
  readonly scrapeJobs?: readonly ScrapeJob[];
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
