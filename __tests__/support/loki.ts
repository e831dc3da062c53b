import { apiUrl, Fetch, fetchFrom, Servers } from "./server-fetch";

/** A log line in Loki. */
export interface LogEntry {
  readonly labels: Readonly<Record<string, string>>;
  /** Timestamp in milliseconds since 1970. */
  readonly time: number;
  readonly line: string;
}

/** Client of Loki's API. */
export class LokiApi {
  public constructor(
    private readonly url: string,
    private readonly fetch: Fetch = globalThis.fetch,
  ) {}

  /** Returns a client of the Loki behind the gateway of a server. */
  public static behindGateway(servers: Servers, server: string): LokiApi {
    return new LokiApi(apiUrl("loki"), fetchFrom(servers, server));
  }

  /** Whether Loki is ready. */
  public async ready(): Promise<boolean> {
    return (await this.fetch(`${this.url}/ready`)).ok;
  }

  /** Sends lines of one stream, a nanosecond apart from `time` on. */
  public async push(
    stream: Readonly<Record<string, string>>,
    lines: readonly string[],
    time = new Date(),
  ): Promise<void> {
    const first = BigInt(time.getTime()) * 1_000_000n;
    const values = lines.map((line, index) => [String(first + BigInt(index)), line]);
    const response = await this.fetch(`${this.url}/loki/api/v1/push`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ streams: [{ stream, values }] }),
    });
    if (!response.ok) throw new Error(`push: ${response.status} ${await response.text()}`);
  }

  /** Returns all lines of the last week that `selector` selects, oldest first. */
  public async lines(selector: string): Promise<string[]> {
    return (await this.entries(selector)).map(({ line }) => line);
  }

  /** Like {@link lines}, with labels and timestamps. */
  public async entries(selector: string): Promise<LogEntry[]> {
    const start = String(Date.now() - 7 * 86_400_000);
    const parameters = new URLSearchParams({
      query: selector,
      limit: "5000",
      direction: "forward",
      start: `${start}000000`,
    });
    const response = await this.fetch(`${this.url}/loki/api/v1/query_range?${parameters.toString()}`);
    if (!response.ok) throw new Error(`query: ${response.status} ${await response.text()}`);
    const { data } = (await response.json()) as {
      data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
    };
    return data.result
      .flatMap(({ stream, values }) => values.map(([time, line]) => ({ labels: stream, time, line })))
      .sort((a, b) => (a.time < b.time ? -1 : 1))
      .map(({ labels, time, line }) => ({ labels, time: Number(time) / 1e6, line }));
  }

  /** Returns the sum of a metric's series; `name` can include labels in the order of the exposition. */
  public async metric(name: string): Promise<number> {
    const text = await (await this.fetch(`${this.url}/metrics`)).text();
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))].map(([, value]) =>
      Number(value),
    );
    return values.reduce((sum, value) => sum + value, 0);
  }
}
