import { Fetch } from "./server-fetch";

/** A data source in Grafana's API. */
export interface DataSource {
  readonly uid: string;
  readonly url: string;
  readonly isDefault: boolean;
  readonly readOnly: boolean;
}

/** Client of Grafana's API: as a user, or without a login if there is no password. */
export class GrafanaApi {
  public constructor(
    private readonly url: string,
    private readonly password?: string,
    private readonly user = "admin",
    private readonly fetch: Fetch = globalThis.fetch,
  ) {}

  /** Returns the session cookie of a login in the web UI. */
  public async sessionCookie(): Promise<string> {
    const { headers } = await this.request("/login", { user: this.user, password: this.password });
    return headers.getSetCookie().find((cookie) => cookie.startsWith("grafana_session=")) ?? "";
  }

  /** Returns a header of the response to a request. */
  public async header(path: string, name: string): Promise<string | null> {
    return (await this.request(path)).headers.get(name);
  }

  /** Returns the HTTP status of a request. A request with a body is a POST by default. */
  public async status(path: string, body?: object, method?: string): Promise<number> {
    return (await this.request(path, body, method)).status;
  }

  public async dataSources(): Promise<readonly DataSource[]> {
    return (await (await this.request("/api/datasources")).json()) as readonly DataSource[];
  }

  /** Returns the health of a data source: `OK` or the error message. */
  public async health(uid: string): Promise<string> {
    const health = (await (await this.request(`/api/datasources/uid/${uid}/health`)).json()) as Record<string, string>;
    return health.status === "OK" ? "OK" : String(health.message);
  }

  /** Returns the titles of all dashboards by uid. */
  public async dashboards(): Promise<Readonly<Record<string, string>>> {
    const found = (await (await this.request("/api/search?type=dash-db")).json()) as { uid: string; title: string }[];
    return Object.fromEntries(found.map(({ uid, title }) => [uid, title]));
  }

  /** Returns the JSON response of a request. A request with a body is a POST. */
  public async json(path: string, body?: object): Promise<unknown> {
    return (await this.request(path, body)).json();
  }

  private async request(path: string, body?: object, method?: string): Promise<Response> {
    const headers = new Headers({ "Content-Type": "application/json" });
    if (this.password !== undefined) headers.set("Authorization", `Basic ${btoa(`${this.user}:${this.password}`)}`);
    return this.fetch(this.url + path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers,
      signal: AbortSignal.timeout(30_000),
    });
  }
}
