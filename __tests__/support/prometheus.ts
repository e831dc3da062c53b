/** A target as Prometheus' API lists it. */
interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
}

/** A few questions to a real Prometheus. */
export class PrometheusApi {
  public constructor(private readonly url: string) {}

  /** Each target as `job/instance: health`, sorted. */
  public async targets(): Promise<string[]> {
    const { activeTargets } = await this.ask<{ activeTargets: readonly Target[] }>("targets");
    return activeTargets
      .map(({ labels, health }) => `${String(labels.job)}/${String(labels.instance)}: ${health}`)
      .sort();
  }

  /** The value of a query that has one result. */
  public async value(query: string): Promise<number> {
    const { result } = await this.ask<{ result: readonly { value: readonly [number, string] }[] }>(
      `query?query=${encodeURIComponent(query)}`,
    );
    const [first] = result;
    if (!first || result.length > 1) throw new Error(`${query}: ${result.length} results`);
    return Number(first.value[1]);
  }

  private async ask<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, { signal: AbortSignal.timeout(5000) });
    return ((await response.json()) as { data: T }).data;
  }
}
