import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { metricNames } from "./exposition";
import { Program, sorted } from "./program";
import { freePort, get, startHttpServer, post, Service } from "../service";

/** Seconds after which notifications were sent and cluster members have found each other. */
const BUSY = 12;

/** Two Alertmanagers in a cluster, with a silence, an inhibition, a working receiver and a failing one. */
export const alertmanager: Program = {
  kind: "alertmanager",
  observe: async (home, work) => {
    const other = await startHttpServer();
    const file = join(work, "alertmanager.yml");
    writeFileSync(file, JSON.stringify(configuration(other.url)));
    const gossip = [await freePort(), await freePort()];
    const services: Service[] = [];
    try {
      const names = new Set<string>();
      const urls: string[] = [];
      for (const port of gossip) {
        const address = `127.0.0.1:${await freePort()}`;
        const data = join(work, `data-${port}`);
        mkdirSync(data);
        const args = [
          `--config.file=${file}`,
          `--storage.path=${data}`,
          `--web.listen-address=${address}`,
          `--cluster.listen-address=127.0.0.1:${port}`,
          ...gossip.map((peer) => `--cluster.peer=127.0.0.1:${peer}`),
          "--cluster.settle-timeout=1s",
        ];
        services.push(await Service.start(join(home, "alertmanager"), args, `http://${address}/-/ready`, work));
        urls.push(`http://${address}`);
      }
      for (const url of urls) await drive(url);
      await sleep(BUSY * 1000);
      for (const url of urls) for (const name of metricNames(await get(`${url}/metrics`))) names.add(name);
      return { observed: sorted(names) };
    } finally {
      for (const service of services) await service.stop();
      other.close();
    }
  },
};

async function drive(url: string): Promise<void> {
  const alerts = ["Taken", "Refused", "Silenced", "Inhibited"].map((alertname) => ({ labels: { alertname } }));
  await post(`${url}/api/v2/silences`, {
    matchers: [{ name: "alertname", value: "Silenced", isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: "catalogue",
    comment: "for the metrics catalogue",
  });
  await post(`${url}/api/v2/alerts`, alerts);
  await post(`${url}/api/v2/alerts`, [{ labels: {} }]);
  await get(`${url}/api/v2/alerts`);
  await post(`${url}/-/reload`);
}

function configuration(other: string): object {
  return {
    route: {
      receiver: "taking",
      group_by: ["alertname"],
      group_wait: "1s",
      group_interval: "1s",
      routes: [{ receiver: "refusing", matchers: ['alertname = "Refused"'] }],
    },
    inhibit_rules: [{ source_matchers: ['alertname = "Taken"'], target_matchers: ['alertname = "Inhibited"'] }],
    receivers: [
      { name: "taking", webhook_configs: [{ url: other }] },
      { name: "refusing", webhook_configs: [{ url: `${other}/broken` }] },
    ],
  };
}
