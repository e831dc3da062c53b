import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { metricNames } from "./exposition";
import { Program, sorted } from "./program";
import { freePort, get, startHttpServer, post, Service } from "../service";

/** Seconds after which alert rules were evaluated and periodic statistics were collected. */
const BUSY = 30;
const AUTHORIZATION = { Authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}` };

/** Grafana with a working and a failing data source, a dashboard, and a user who queries them. */
export const grafana: Program = {
  kind: "grafana",
  observe: async (home, work) => {
    const other = await startHttpServer();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const file = join(work, "grafana.ini");
    writeFileSync(file, settings(port, work));
    const args = ["server", `--homepath=${home}`, `--config=${file}`];
    const start = async () => Service.start(join(home, "bin", "grafana"), args, `${url}/api/health`, work);
    // The first start may fail because of concurrent migrations of the new database. The second start continues them.
    const service = await start().catch(start);
    try {
      await drive(url, other.url);
      await sleep(BUSY * 1000);
      return { observed: sorted(metricNames(await get(`${url}/metrics`))) };
    } finally {
      await service.stop();
      other.close();
    }
  },
};

async function drive(url: string, other: string): Promise<void> {
  const send = async (path: string, body: unknown) => post(`${url}/api/${path}`, body, AUTHORIZATION);
  for (const [uid, target] of Object.entries({ taking: other, refusing: `${other}/broken` })) {
    await send("datasources", { uid, name: uid, type: "prometheus", url: target, access: "proxy" });
    const query = { refId: "A", datasource: { uid }, expr: "up", instant: true };
    await send("ds/query", { from: "now-5m", to: "now", queries: [query] });
  }
  await send("dashboards/db", { dashboard: { uid: "some", title: "some", panels: [] } });
  await get(`${url}/login`);
  await post(`${url}/login`, { user: "admin", password: "wrong" });
  await post(`${url}/login`, { user: "admin", password: "admin" });
}

function settings(port: number, work: string): string {
  return `[server]
http_addr = 127.0.0.1
http_port = ${port}
[paths]
data = ${join(work, "data")}
logs = ${join(work, "logs")}
plugins = ${join(work, "plugins")}
[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false
[plugins]
preinstall_disabled = true
`;
}
