import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { metricNames } from "./exposition";
import { Program, sorted } from "./program";
import { freePort, get, startHttpServer, post, Service } from "../service";

/** Seconds after which all periodic work has run. */
const BUSY = 12;

/** Prometheus with rules, target files, working and failing Alertmanagers, and remote write. */
export const prometheus: Program = {
  kind: "prometheus",
  observe: async (home, work) => {
    const other = await startHttpServer();
    const address = `127.0.0.1:${await freePort()}`;
    const url = `http://${address}`;
    const file = join(work, "prometheus.yml");
    writeFileSync(join(work, "rules.json"), JSON.stringify(rules));
    writeFileSync(join(work, "targets.json"), JSON.stringify([{ targets: [address] }]));
    writeFileSync(file, JSON.stringify(configuration(address, other.url)));
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(work, "data")}`,
      `--web.listen-address=${address}`,
      "--web.enable-lifecycle",
      "--web.enable-admin-api",
      "--web.enable-remote-write-receiver",
    ];
    const service = await Service.start(join(home, "prometheus"), args, `${url}/-/ready`, work);
    try {
      for (const page of PAGES) await get(url + page).catch(() => undefined);
      await post(`${url}/api/v1/admin/tsdb/snapshot`);
      await post(`${url}/-/reload`);
      await sleep(BUSY * 1000);
      return { observed: sorted(metricNames(await get(`${url}/metrics`))) };
    } finally {
      await service.stop();
      other.close();
    }
  },
};

const PAGES = [
  "/api/v1/query?query=up",
  "/api/v1/query_range?query=up&start=0&end=60&step=60",
  "/api/v1/series?match[]=up",
  "/federate?match[]=up",
  "/api/v1/alerts",
];

const rules = {
  groups: [
    {
      name: "rules",
      interval: "1s",
      rules: [
        { record: "some:up:sum", expr: "sum(up)" },
        { record: "wrong", expr: "label_replace(up, 'instance', 'a', 'job', '.*')" },
        { alert: "Some", expr: "vector(1)" },
      ],
    },
  ],
};

function configuration(self: string, other: string): object {
  const host = new URL(other).host;
  return {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.json"],
    scrape_configs: [
      { job_name: "files", file_sd_configs: [{ files: ["targets.json"], refresh_interval: "2s" }] },
      { job_name: "broken", static_configs: [{ targets: [host] }] },
      { job_name: "limited", sample_limit: 1, static_configs: [{ targets: [self] }] },
      { job_name: "http", http_sd_configs: [{ url: other, refresh_interval: "2s" }] },
    ],
    alerting: {
      alertmanagers: [
        { static_configs: [{ targets: [host] }] },
        { path_prefix: "/broken", static_configs: [{ targets: [host] }] },
      ],
    },
    remote_write: [{ url: `${other}/write` }, { url: `${other}/broken` }],
  };
}
