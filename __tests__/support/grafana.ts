/** A data source as Grafana's API lists it. */
export interface DataSource {
  readonly uid: string;
  readonly url: string;
  readonly isDefault: boolean;
  readonly readOnly: boolean;
}

/** A few questions to a real Grafana, as somebody who logs in, or as nobody. */
export class GrafanaApi {
  public constructor(
    private readonly url: string,
    private readonly password?: string,
  ) {}

  /** The status of an answer. */
  public async status(path: string, sent?: object): Promise<number> {
    return (await this.ask(path, sent)).status;
  }

  public async dataSources(): Promise<readonly DataSource[]> {
    return (await (await this.ask("/api/datasources")).json()) as readonly DataSource[];
  }

  /** Whether a data source answers: `OK`, or why not. */
  public async health(uid: string): Promise<string> {
    const said = (await (await this.ask(`/api/datasources/uid/${uid}/health`)).json()) as Record<string, string>;
    return said.status === "OK" ? "OK" : String(said.message);
  }

  /** The titles of the dashboards, by uid. */
  public async dashboards(): Promise<Readonly<Record<string, string>>> {
    const found = (await (await this.ask("/api/search?type=dash-db")).json()) as { uid: string; title: string }[];
    return Object.fromEntries(found.map(({ uid, title }) => [uid, title]));
  }

  /** What it answers. */
  public async json(path: string, sent?: object): Promise<unknown> {
    return (await this.ask(path, sent)).json();
  }

  private async ask(path: string, sent?: object): Promise<Response> {
    const headers = new Headers({ "Content-Type": "application/json" });
    if (this.password !== undefined) headers.set("Authorization", `Basic ${btoa(`admin:${this.password}`)}`);
    return fetch(this.url + path, {
      ...(sent === undefined ? {} : { method: "POST", body: JSON.stringify(sent) }),
      headers,
      signal: AbortSignal.timeout(30_000),
    });
  }
}
