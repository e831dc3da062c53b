import { Variables } from "../inventory/variables";
import { prefixed } from "../prefixed";
import { Secret } from "../inventory/secret";
import { durationProblem, durationSeconds } from "../units";

/** Retention of log streams that differs from the general `retention`. */
export interface StreamRetention {
  /** Selector of the streams, in LogQL: `{job="nginx", kind="access"}`. */
  readonly selector: string;
  /** Time for which Loki keeps the lines of the streams, as a duration of at least one day: `7d`. */
  readonly retention: string;
}

/**
 * Limits of ingestion and queries. If a sender reaches one, it gets an answer with status 429, and log agents send the lines
 * again later. Loki's own limits are for all servers together. With certificates, the gateway also limits each server, so
 * that one server cannot use up the limits of the others.
 */
export interface LogLimits {
  /** Maximum ingestion rate of all streams together, in MB per second. @default 16 (Loki's default is 4) */
  readonly ingestionRateMb?: number;
  /**
   * Maximum ingestion rate of one server, in MB per second: at least 0.25. A server may send 20 seconds' worth at once. The
   * lines of a server that sends more wait. Ignored with `Transport.plain()`. Each Loki of a cluster counts separately.
   *
   * @default - a quarter of `ingestionRateMb`, and at least 0.25
   */
  readonly serverRateMb?: number;
  /** Maximum ingestion rate of one stream, in MB per second. @default 8 (Loki's default is 3) */
  readonly streamRateMb?: number;
  /** Maximum number of active streams, that is, different sets of labels. @default 10000 (Loki's default is 5000) */
  readonly maxStreams?: number;
  /**
   * Maximum number of streams to which one server sends within an hour. Lines of further streams are discarded. Ignored with
   * `Transport.plain()`. Each Loki of a cluster counts separately.
   *
   * @default - a tenth of `maxStreams`
   */
  readonly maxServerStreams?: number;
  /** Maximum length of a line, in KB. Loki rejects longer lines. Log agents cut lines at 256 KiB. @default 256 (Loki's default) */
  readonly maxLineKb?: number;
  /** Maximum age of a line when it arrives, as a duration. Loki rejects older lines. @default "7d" (Loki's default) */
  readonly maxAge?: string;
  /** Maximum number of lines that one query returns. @default 5000 (Loki's default) */
  readonly maxQueryLines?: number;
}

/** An existing bucket of S3 or of an S3-compatible service. */
export interface S3Storage {
  /** Name of the bucket. */
  readonly bucket: string;
  /**
   * Region of the bucket. Required for AWS.
   *
   * @default - none
   */
  readonly region?: string;
  /** URL of an S3-compatible service: `https://minio.example.org:9000`. @default - AWS */
  readonly endpoint?: string;
  /** Whether requests name the bucket in the path instead of the host name. @default - true if `endpoint` is set */
  readonly pathStyle?: boolean;
  /** Access key. @default - none; Loki uses the credentials of the server, such as its instance profile */
  readonly accessKey?: Secret;
  /** Secret key of the access key. Required with `accessKey`. @default - none */
  readonly secretKey?: Secret;
}

/** Settings of Loki that can be malformed. */
export interface LokiSettings {
  readonly retention?: string;
  readonly streamRetention: readonly StreamRetention[];
  readonly limits: LogLimits;
  readonly s3?: S3Storage;
}

const INGESTION_RATE_MB = 16;
const MAX_STREAMS = 10_000;
/** A batch of a log agent, which has about 1 MB, then needs a few seconds. */
const LEAST_SERVER_RATE_MB = 0.25;

/** Returns the first problem with the settings, or undefined. */
export function lokiSettingsProblem({ retention, streamRetention, limits, s3 }: LokiSettings): string | undefined {
  const found = [
    retention === undefined ? undefined : prefixed("retention", retentionProblem(retention)),
    ...streamRetention.map(({ selector, retention: kept }) =>
      prefixed(`streamRetention, "${selector}"`, selectorProblem(selector) ?? retentionProblem(kept)),
    ),
    limitsProblem(limits),
    s3 === undefined ? undefined : prefixed("s3", s3Problem(s3)),
  ];
  return found.find((each) => each !== undefined);
}

/** Returns the limits as keys of Loki's `limits_config`. */
export function limitSettings(limits: LogLimits): Variables {
  const { ingestionRateMb = INGESTION_RATE_MB, streamRateMb = 8, maxStreams = MAX_STREAMS, maxLineKb = 256 } = limits;
  return {
    ingestion_rate_mb: ingestionRateMb,
    // An agent that was disconnected sends its backlog in a burst.
    ingestion_burst_size_mb: 2 * ingestionRateMb,
    per_stream_rate_limit: megabytes(streamRateMb),
    per_stream_rate_limit_burst: megabytes(2 * streamRateMb),
    max_global_streams_per_user: maxStreams,
    max_line_size: `${maxLineKb}KB`,
    reject_old_samples_max_age: limits.maxAge ?? "7d",
    max_entries_limit_per_query: limits.maxQueryLines ?? 5000,
    // During an attack, a query by user and address returns many series.
    max_query_series: 20_000,
  };
}

/** Returns the limits of each server, as settings of the gateway's site: bytes per second, and a number of streams. */
export function serverLimits(limits: LogLimits): Variables {
  const { ingestionRateMb = INGESTION_RATE_MB, maxStreams = MAX_STREAMS } = limits;
  const {
    serverRateMb = Math.max(ingestionRateMb / 4, LEAST_SERVER_RATE_MB),
    maxServerStreams = Math.ceil(maxStreams / 10),
  } = limits;
  return { server_rate: Math.ceil(serverRateMb * 1024 * 1024), server_streams: maxServerStreams };
}

/** Returns a size without a fraction, which Loki does not accept. */
function megabytes(amount: number): string {
  return Number.isInteger(amount) ? `${amount}MB` : `${Math.round(1024 * amount)}KB`;
}

const DAY = 86_400;

function retentionProblem(text: string): string | undefined {
  const malformed = durationProblem(text);
  if (malformed !== undefined) return malformed;
  return (durationSeconds(text) ?? 0) >= DAY
    ? undefined
    : `"${text}" is shorter than one day, Loki's minimum: use a duration such as "7d"`;
}

/** Finds obvious mistakes only, because Loki validates its configuration before it is installed. */
function selectorProblem(selector: string): string | undefined {
  if (/^\{\s*[a-zA-Z_]\w*\s*(=|!=|=~|!~)\s*"[^]*"\s*\}$/.test(selector)) return undefined;
  return `this is not a LogQL selector: use one such as {job="nginx"}`;
}

function limitsProblem({ maxAge, ...numbers }: LogLimits): string | undefined {
  for (const [name, value] of Object.entries<number>(numbers)) {
    if (!Number.isFinite(value) || value <= 0) return `limits, ${name}: ${value} is not greater than 0`;
  }
  for (const name of ["maxStreams", "maxServerStreams", "maxQueryLines", "maxLineKb"] as const) {
    const value = numbers[name];
    if (value !== undefined && !Number.isInteger(value)) return `limits, ${name}: ${value} is not an integer`;
  }
  if (numbers.serverRateMb !== undefined && numbers.serverRateMb < LEAST_SERVER_RATE_MB)
    return `limits, serverRateMb: ${numbers.serverRateMb} is less than ${LEAST_SERVER_RATE_MB}, which a log agent needs`;
  return maxAge === undefined ? undefined : prefixed("limits, maxAge", durationProblem(maxAge));
}

function s3Problem({ bucket, region, endpoint, accessKey, secretKey }: S3Storage): string | undefined {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    return `the bucket name "${bucket}" is invalid: use 3 to 63 lower-case letters, digits, "." and "-"`;
  if (endpoint === undefined && region === undefined)
    return "region and endpoint are missing: set the region for AWS, or the endpoint of another service";
  if (endpoint !== undefined && !/^https?:\/\/[^\s/?#]+$/.test(endpoint))
    return `the endpoint "${endpoint}" is invalid: use a URL without a path, such as "https://minio.example.org:9000"`;
  if ((accessKey === undefined) !== (secretKey === undefined))
    return "only one of accessKey and secretKey is set: set both, or neither";
  return undefined;
}
