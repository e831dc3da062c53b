import { apiUrl, Fetch, fetchFrom, Servers } from "./server-fetch";

/** Client of Alertmanager's API. */
export class AlertmanagerApi {
  public constructor(
    private readonly url: string,
    private readonly fetch: Fetch = globalThis.fetch,
  ) {}

  /** Returns a client of the Alertmanager behind the gateway of a server. */
  public static behindGateway(servers: Servers, server: string): AlertmanagerApi {
    return new AlertmanagerApi(apiUrl("alertmanager"), fetchFrom(servers, server));
  }

  /** Returns the addresses of all cluster members, sorted. */
  public async peers(): Promise<string[]> {
    const { cluster } = await this.request<{ cluster: { peers?: readonly { address: string }[] } }>("status");
    return (cluster.peers ?? []).map(({ address }) => address).sort();
  }

  /** Returns the names of the active alerts, sorted. */
  public async alerts(): Promise<string[]> {
    const alerts = await this.request<readonly { labels: Readonly<Record<string, string>> }[]>("alerts");
    return alerts.map(({ labels }) => labels.alertname ?? "").sort();
  }

  /** Silences an alert for an hour, and returns the silence's id. */
  public async silence(alertname: string): Promise<string> {
    const now = Date.now();
    const silence = {
      matchers: [{ name: "alertname", value: alertname, isRegex: false, isEqual: true }],
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(now + 3_600_000).toISOString(),
      createdBy: "a test",
      comment: "for an hour",
    };
    const options = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(silence),
    };
    return (await this.request<{ silenceID: string }>("silences", options)).silenceID;
  }

  /** Returns the ids of the active silences. */
  public async silences(): Promise<string[]> {
    const silences = await this.request<readonly { id: string; status: { state: string } }[]>("silences");
    return silences.filter(({ status }) => status.state === "active").map(({ id }) => id);
  }

  private async request<T>(path: string, options: RequestInit = {}): Promise<T> {
    const response = await this.fetch(`${this.url}/api/v2/${path}`, { signal: AbortSignal.timeout(5000), ...options });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
