import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { metricNames } from "./exposition";
import { Program, sorted } from "./program";
import { freePort, get, startHttpServer, Service } from "../service";

/** Seconds after which lines were read and sent. */
const BUSY = 8;

/** Promtail with files and the journal, a Loki that accepts lines and one that refuses them. */
export const promtail: Program = {
  kind: "promtail",
  observe: async (home, work) => {
    const other = await startHttpServer();
    const url = `http://127.0.0.1:${await freePort()}`;
    const logs = join(work, "logs");
    mkdirSync(logs);
    writeFileSync(join(logs, "some.log"), "line\n".repeat(10));
    const file = join(work, "promtail.yml");
    writeFileSync(file, JSON.stringify(configuration(work, url, other.url)));
    const service = await Service.start(join(home, "promtail"), [`-config.file=${file}`], `${url}/ready`, work);
    try {
      await sleep(BUSY * 1000);
      return { observed: sorted(metricNames(await get(`${url}/metrics`))) };
    } finally {
      await service.stop();
      other.close();
    }
  },
};

function configuration(work: string, url: string, loki: string): object {
  const { port } = new URL(url);
  return {
    server: { http_listen_address: "127.0.0.1", http_listen_port: Number(port), grpc_listen_port: 0 },
    positions: { filename: join(work, "positions.yml") },
    clients: [{ url: `${loki}/push` }, { url: `${loki}/broken`, backoff_config: { max_retries: 1, max_period: "1s" } }],
    scrape_configs: [
      { job_name: "files", static_configs: [{ labels: { __path__: join(work, "logs", "*.log") } }] },
      { job_name: "journal", journal: { path: "/var/log/journal" } },
    ],
  };
}
