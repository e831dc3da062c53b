import { apiUrl, Fetch, fetchFrom, Servers } from "./server-fetch";
import { until } from "./wait";

/** A target in Prometheus' API. */
interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
}

/** Client of Prometheus' API. */
export class PrometheusApi {
  public constructor(
    private readonly url: string,
    private readonly fetch: Fetch = globalThis.fetch,
  ) {}

  /** Returns a client of the Prometheus behind the gateway of a server. */
  public static behindGateway(servers: Servers, server: string): PrometheusApi {
    return new PrometheusApi(apiUrl("prometheus"), fetchFrom(servers, server));
  }

  /** Returns each target as `job/instance: health`, sorted. */
  public async targets(): Promise<string[]> {
    const { activeTargets } = await this.request<{ activeTargets: readonly Target[] }>("targets");
    return activeTargets
      .map(({ labels, health }) => `${String(labels.job)}/${String(labels.instance)}: ${health}`)
      .sort();
  }

  /** Waits until the targets are exactly these, each as `job/instance: health`. */
  public async waitForTargets(...expected: readonly string[]): Promise<void> {
    await until(
      `the targets ${expected.join(", ")}`,
      60,
      async () => (await this.targets()).join() === [...expected].sort().join(),
    );
  }

  /** Returns the URLs of the Alertmanagers that receive alerts, sorted. */
  public async alertmanagers(): Promise<string[]> {
    const { activeAlertmanagers: active } = await this.request<{ activeAlertmanagers: readonly { url: string }[] }>(
      "alertmanagers",
    );
    return active.map(({ url }) => url).sort();
  }

  /** Returns the value of a query with exactly one result. */
  public async value(query: string): Promise<number> {
    const { result } = await this.request<{ result: readonly { value: readonly [number, string] }[] }>(
      `query?query=${encodeURIComponent(query)}`,
    );
    const [first] = result;
    if (!first || result.length > 1) throw new Error(`${query}: ${result.length} results`);
    return Number(first.value[1]);
  }

  private async request<T>(path: string): Promise<T> {
    const response = await this.fetch(`${this.url}/api/v1/${path}`, { signal: AbortSignal.timeout(5000) });
    return ((await response.json()) as { data: T }).data;
  }
}
