import { Variables } from "../inventory/inventory";
import { Secret } from "../inventory/secret";
import { durationProblem, durationSeconds } from "../units";

/** Streams that Loki keeps for another time than the rest. */
export interface StreamRetention {
  /** Which, as in LogQL: `{job="nginx", kind="access"}`. */
  readonly selector: string;
  /** How long their lines are kept, a day at least: `7d`. */
  readonly retention: string;
}

/** How much Loki takes in. */
export interface LogLimits {
  /** Megabytes a second, of all streams together. @default 16 (Loki's own is 4) */
  readonly ingestionRateMb?: number;
  /** Megabytes a second of one stream. @default 8 (Loki's own is 3) */
  readonly streamRateMb?: number;
  /** Streams (sets of labels) that are written to at the same time. @default 10000 (Loki's own is 5000) */
  readonly maxStreams?: number;
  /** Kilobytes of a line; longer ones are refused. @default 256 (Loki's own) */
  readonly maxLineKb?: number;
  /** How old a line may be when it arrives. @default "7d" (Loki's own) */
  readonly maxAge?: string;
  /** Lines that one query may return. @default 5000 (Loki's own) */
  readonly maxQueryLines?: number;
}

/** A bucket of S3, or of what speaks like it. It must exist. */
export interface S3Storage {
  /** The bucket's name. */
  readonly bucket: string;
  /**
   * The region that it is in.
   *
   * @default - none; AWS needs one
   */
  readonly region?: string;
  /** The URL of a service other than AWS' own: `https://minio.example.org:9000`. @default - AWS' own */
  readonly endpoint?: string;
  /** Whether the bucket is named in the path, and not in the host. @default - true with an endpoint */
  readonly pathStyle?: boolean;
  /** The access key. @default - what the server is allowed by itself, by an instance's profile */
  readonly accessKey?: Secret;
  /** The secret that belongs to the access key. @default - none, as without an access key */
  readonly secretKey?: Secret;
}

/** What a user may set, as far as it can be malformed. */
export interface LokiSettings {
  readonly retention?: string;
  readonly streamRetention: readonly StreamRetention[];
  readonly limits: LogLimits;
  readonly s3?: S3Storage;
}

/** The first problem with the settings, or undefined. */
export function settingsProblem({ retention, streamRetention, limits, s3 }: LokiSettings): string | undefined {
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

/** The limits in Loki's own words, of its `limits_config`. */
export function limitSettings(limits: LogLimits): Variables {
  const { ingestionRateMb = 16, streamRateMb = 8, maxStreams = 10_000, maxLineKb = 256 } = limits;
  return {
    ingestion_rate_mb: ingestionRateMb,
    // An agent that comes back sends what it has kept.
    ingestion_burst_size_mb: 2 * ingestionRateMb,
    per_stream_rate_limit: `${streamRateMb}MB`,
    per_stream_rate_limit_burst: `${2 * streamRateMb}MB`,
    max_global_streams_per_user: maxStreams,
    max_line_size: `${maxLineKb}KB`,
    reject_old_samples_max_age: limits.maxAge ?? "7d",
    max_entries_limit_per_query: limits.maxQueryLines ?? 5000,
    // Who tries to log in, from where, are many in an attack, and it is then that they are asked for.
    max_query_series: 20_000,
  };
}

const DAY = 86_400;

function retentionProblem(text: string): string | undefined {
  const malformed = durationProblem(text);
  if (malformed !== undefined) return malformed;
  return (durationSeconds(text) ?? 0) >= DAY ? undefined : `"${text}" is less than a day, the least that Loki can keep`;
}

/** Loki itself reads it before it is put in place; here it is only told from what is no selector at all. */
function selectorProblem(selector: string): string | undefined {
  if (/^\{\s*[a-zA-Z_]\w*\s*(=|!=|=~|!~)\s*"[^]*"\s*\}$/.test(selector)) return undefined;
  return `is not a selector such as {job="nginx"}`;
}

function limitsProblem({ maxAge, ...numbers }: LogLimits): string | undefined {
  for (const [name, value] of Object.entries<number>(numbers)) {
    if (!Number.isFinite(value) || value <= 0) return `limits, ${name}: must be more than 0, got ${value}`;
  }
  for (const name of ["maxStreams", "maxQueryLines", "maxLineKb"] as const) {
    const value = numbers[name];
    if (value !== undefined && !Number.isInteger(value)) return `limits, ${name}: must be a whole number, got ${value}`;
  }
  return maxAge === undefined ? undefined : prefixed("limits, maxAge", durationProblem(maxAge));
}

function s3Problem({ bucket, region, endpoint, accessKey, secretKey }: S3Storage): string | undefined {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    return `the bucket "${bucket}" must have 3 to 63 lower-case letters, digits, dots and hyphens`;
  if (endpoint === undefined && region === undefined)
    return "name the bucket's region, or the endpoint of another service";
  if (endpoint !== undefined && !/^https?:\/\/[^\s/?#]+$/.test(endpoint))
    return `the endpoint "${endpoint}" is not a URL without a path, such as "https://minio.example.org:9000"`;
  if ((accessKey === undefined) !== (secretKey === undefined))
    return "accessKey and secretKey belong together: give both, or none";
  return undefined;
}

function prefixed(where: string, found: string | undefined): string | undefined {
  return found === undefined ? undefined : `${where}: ${found}`;
}
