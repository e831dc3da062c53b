import * as fc from "fast-check";
import {
  limitSettings,
  serverLimits,
  LogLimits,
  LokiSettings,
  S3Storage,
  lokiSettingsProblem,
} from "../../../lib/logs/loki-settings";
import { Secret } from "../../../lib/inventory/secret";

const found = (settings: Partial<LokiSettings>) =>
  lokiSettingsProblem({ streamRetention: [], limits: {}, ...settings });

describe("retention", () => {
  test("is at least one day", () => {
    expect(found({ retention: "1d" })).toBeUndefined();
    expect(found({ retention: "24h" })).toBeUndefined();
    expect(found({ retention: "23h59m" })).toBe(
      'retention: "23h59m" is shorter than one day, Loki\'s minimum: use a duration such as "7d"',
    );
    expect(found({ retention: "a month" })).toMatch(/^retention: "a month" is not a duration/);
  });

  test("of streams needs a selector", () => {
    const stream = (selector: string, retention = "7d") => found({ streamRetention: [{ selector, retention }] });
    expect(stream('{job="nginx"}')).toBeUndefined();
    expect(stream('{ job = "nginx", kind!~"a|b" }')).toBeUndefined();
    expect(stream("nginx")).toBe(
      'streamRetention, "nginx": this is not a LogQL selector: use one such as {job="nginx"}',
    );
    expect(stream("{job=nginx}")).toMatch(/is not a LogQL selector/);
    expect(stream('{job="nginx"} |= "x"')).toMatch(/is not a LogQL selector/);
    expect(stream('{job="nginx"}', "1h")).toBe(
      'streamRetention, "{job="nginx"}": "1h" is shorter than one day, Loki\'s minimum: use a duration such as "7d"',
    );
  });
});

describe("limits", () => {
  test("are keys of Loki's limits_config, with defaults for a fleet", () => {
    expect(limitSettings({})).toEqual({
      ingestion_rate_mb: 16,
      ingestion_burst_size_mb: 32,
      per_stream_rate_limit: "8MB",
      per_stream_rate_limit_burst: "16MB",
      max_global_streams_per_user: 10_000,
      max_line_size: "256KB",
      reject_old_samples_max_age: "7d",
      max_entries_limit_per_query: 5000,
      max_query_series: 20_000,
    });
    expect(limitSettings({ ingestionRateMb: 0.5, streamRateMb: 1.5, maxAge: "1h" })).toMatchObject({
      ingestion_rate_mb: 0.5,
      ingestion_burst_size_mb: 1,
      per_stream_rate_limit: "1536KB",
      per_stream_rate_limit_burst: "3MB",
      reject_old_samples_max_age: "1h",
    });
  });

  test("of one server are a part of those of all servers", () => {
    expect(serverLimits({})).toEqual({ server_rate: 4 * 1024 * 1024, server_streams: 1000 });
    expect(serverLimits({ ingestionRateMb: 2, maxStreams: 55 })).toEqual({ server_rate: 524_288, server_streams: 6 });
    expect(serverLimits({ ingestionRateMb: 0.5 })).toMatchObject({ server_rate: 262_144 });
    expect(serverLimits({ serverRateMb: 0.5, maxServerStreams: 7 })).toEqual({
      server_rate: 524_288,
      server_streams: 7,
    });
  });

  test.each<[LogLimits, string]>([
    [{ serverRateMb: -1 }, "limits, serverRateMb: -1 is not greater than 0"],
    [{ serverRateMb: 0.1 }, "limits, serverRateMb: 0.1 is less than 0.25, which a log agent needs"],
    [{ maxServerStreams: 0.5 }, "limits, maxServerStreams: 0.5 is not an integer"],
    [{ ingestionRateMb: 0 }, "limits, ingestionRateMb: 0 is not greater than 0"],
    [{ streamRateMb: Number.NaN }, "limits, streamRateMb: NaN is not greater than 0"],
    [{ maxStreams: 1.5 }, "limits, maxStreams: 1.5 is not an integer"],
    [{ maxAge: "old" }, 'limits, maxAge: "old" is not a duration such as "15s", "1h30m" or "30d"'],
  ])("reject %j", (limits, sentence) => {
    expect(found({ limits })).toBe(sentence);
  });

  test("accept positive numbers", () => {
    fc.assert(
      fc.property(
        fc.record({
          ingestionRateMb: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
          maxStreams: fc.integer({ min: 1 }),
          maxLineKb: fc.integer({ min: 1 }),
        }),
        (limits) => found({ limits }) === undefined,
      ),
    );
  });
});

describe("S3", () => {
  const key = Secret.fromEnvironment("KEY");
  const s3 = (storage: Partial<S3Storage>) => found({ s3: { bucket: "logs", ...storage } });

  test("accepts a bucket of AWS or of another service", () => {
    expect(s3({ region: "eu-central-1" })).toBeUndefined();
    expect(s3({ endpoint: "https://minio.example.org:9000", accessKey: key, secretKey: key })).toBeUndefined();
  });

  test.each<[Partial<S3Storage>, string]>([
    [{}, "s3: region and endpoint are missing: set the region for AWS, or the endpoint of another service"],
    [
      { endpoint: "minio:9000" },
      's3: the endpoint "minio:9000" is invalid: use a URL without a path, such as "https://minio.example.org:9000"',
    ],
    [{ bucket: "Logs" }, 's3: the bucket name "Logs" is invalid: use 3 to 63 lower-case letters, digits, "." and "-"'],
    [{ region: "r", accessKey: key }, "s3: only one of accessKey and secretKey is set: set both, or neither"],
    [{ region: "r", secretKey: key }, "s3: only one of accessKey and secretKey is set: set both, or neither"],
  ])("rejects %j", (storage, sentence) => {
    expect(s3(storage)).toBe(sentence);
  });
});
