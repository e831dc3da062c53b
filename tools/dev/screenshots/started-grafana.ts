import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, Service } from "../service";
import { DataSource, GrafanaApi, Login } from "./grafana-api";

/**
 * A Grafana on a free port of the loopback address, with the data sources and dashboards of the deployed Grafana. It
 * queries the data sources through the deployed Grafana, because the firewall allows no other way to Loki.
 */
export class StartedGrafana {
  private constructor(
    public readonly login: Login,
    private readonly service: Service,
    private readonly folder: string,
  ) {}

  /**
   * Starts the program in a home folder and waits until it answers.
   *
   * @param deployed login of the deployed Grafana
   * @throws UserError if the program does not start or the deployed Grafana does not answer
   */
  public static async start(home: string, deployed: Login): Promise<StartedGrafana> {
    // The folder contains passwords. mkdtemp makes it private.
    const folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-screenshots-"));
    try {
      const url = `http://127.0.0.1:${await freePort()}`;
      const login = { url, user: "admin", password: randomBytes(16).toString("hex") };
      await provision(folder, login, deployed);
      const args = ["server", `--homepath=${home}`, `--config=${join(folder, "grafana.ini")}`];
      const service = await Service.start(join(home, "bin", "grafana"), args, `${url}/api/health`, folder);
      return new StartedGrafana(login, service, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Stops the program and removes its data. */
  public async stop(): Promise<void> {
    await this.service.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function provision(folder: string, login: Login, deployed: Login): Promise<void> {
  const api = new GrafanaApi(deployed);
  const write = (path: string, text: string) => {
    writeFileSync(join(folder, path), text, { mode: 0o600 });
  };
  for (const each of ["dashboards", "datasources", "alerting", "plugins"])
    mkdirSync(join(folder, "provisioning", each), { recursive: true });
  mkdirSync(join(folder, "dashboards"));
  write("grafana.ini", settings(folder, login));
  write("provisioning/datasources/datasources.yml", JSON.stringify(dataSourcesFile(await api.dataSources(), deployed)));
  write("provisioning/dashboards/dashboards.yml", JSON.stringify(dashboardsFile(join(folder, "dashboards"))));
  for (const { uid } of await api.dashboards())
    write(`dashboards/${encodeURIComponent(uid)}.json`, JSON.stringify(await api.model(uid)));
}

/** Returns the provisioning file, in JSON, of data sources that send their queries through the deployed Grafana. */
export function dataSourcesFile(sources: readonly DataSource[], { url, user, password }: Login): object {
  return {
    apiVersion: 1,
    datasources: sources.map(({ uid, name, type, isDefault, jsonData }) => ({
      ...{ uid, name, type, isDefault, jsonData, access: "proxy", orgId: 1 },
      url: `${url}/api/datasources/proxy/uid/${encodeURIComponent(uid)}`,
      basicAuth: true,
      basicAuthUser: user,
      secureJsonData: { basicAuthPassword: password },
    })),
  };
}

function dashboardsFile(path: string): object {
  return { apiVersion: 1, providers: [{ name: "screenshots", type: "file", options: { path } }] };
}

function settings(folder: string, { url, password }: Login): string {
  return `[server]
http_addr = 127.0.0.1
http_port = ${new URL(url).port}
[paths]
data = ${join(folder, "data")}
logs = ${join(folder, "logs")}
plugins = ${join(folder, "plugins")}
provisioning = ${join(folder, "provisioning")}
[security]
admin_password = ${password}
[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false
[news]
news_feed_enabled = false
[plugins]
preinstall_disabled = true
`;
}
