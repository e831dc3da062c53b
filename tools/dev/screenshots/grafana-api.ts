import { UserError } from "../../cli/user-error";

/** A Grafana, and the login of its admin. */
export interface Login {
  /** URL without a trailing slash. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A data source in Grafana's API. */
export interface DataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly isDefault: boolean;
  readonly jsonData: object;
}

/** A dashboard of a Grafana. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
}

/** Client of Grafana's API. */
export class GrafanaApi {
  public constructor(private readonly login: Login) {}

  /** Whether the server delivers the scripts of the web UI. A Grafana that was built from source may lack them. */
  public async hasWebUi(): Promise<boolean> {
    const page = await this.get("/login").catch(() => undefined);
    if (page?.ok !== true) return false;
    const script = scriptOf(await page.text());
    return script !== undefined && (await this.get(`/${script}`)).ok;
  }

  public async dataSources(): Promise<readonly DataSource[]> {
    return (await this.json("/api/datasources")) as readonly DataSource[];
  }

  /** Returns the dashboards in alphabetical order of their titles. */
  public async dashboards(): Promise<readonly Dashboard[]> {
    const found = (await this.json("/api/search?type=dash-db&limit=1000")) as readonly Dashboard[];
    return found.map(({ uid, title }) => ({ uid, title })).sort((a, b) => (a.title < b.title ? -1 : 1));
  }

  /** Returns the JSON model of a dashboard, without the id that it has in the database of this Grafana. */
  public async model(uid: string): Promise<object> {
    const { dashboard } = (await this.json(`/api/dashboards/uid/${encodeURIComponent(uid)}`)) as { dashboard: object };
    return { ...dashboard, id: null };
  }

  private async json(path: string): Promise<unknown> {
    const response = await this.get(path);
    if (response.ok) return response.json();
    throw new UserError(
      `${this.login.url}${path} answers ${response.status}: ${(await response.text()).slice(0, 200)}`,
    );
  }

  private async get(path: string): Promise<Response> {
    const { url, user, password } = this.login;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    try {
      return await fetch(url + path, {
        headers: { Authorization: authorization },
        redirect: "manual",
        signal: AbortSignal.timeout(30_000),
      });
    } catch (error) {
      throw new UserError(`${url} does not answer (${String(error)}): run "npm run up"`);
    }
  }
}

/** Returns the path, without a leading slash, of the first script of the built web UI in a page. */
export function scriptOf(page: string): string | undefined {
  return /<script[^>]*\ssrc="[^"]*?(public\/build\/[^"]+\.js)"/.exec(page)?.[1];
}
