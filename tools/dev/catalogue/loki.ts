import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { metricNames } from "./exposition";
import { localLokiSettings } from "./loki-settings";
import { Program, sorted } from "./program";
import { freePort, get, startHttpServer, post, Service } from "../service";

/** Seconds after which rules were evaluated and the compactor has run. */
const BUSY = 25;

/** Loki with rules, an Alertmanager, accepted and rejected lines, and valid and invalid queries. */
export const loki: Program = {
  kind: "loki",
  observe: async (home, work) => {
    const other = await startHttpServer();
    const ports = { http: await freePort(), grpc: await freePort(), gossip: await freePort() };
    const url = `http://127.0.0.1:${ports.http}`;
    const file = join(work, "loki.yml");
    writeFileSync(file, JSON.stringify(configuration(work, ports, other.url)));
    mkdirSync(join(work, "rules", "fake"), { recursive: true });
    writeFileSync(join(work, "rules", "fake", "rules.yml"), JSON.stringify(rules));
    const service = await Service.start(join(home, "loki"), [`-config.file=${file}`], `${url}/ready`, work);
    try {
      await push(url, new Date(), "line");
      await push(url, new Date(), "long ".repeat(1000));
      await push(url, new Date(Date.now() - 30 * 86_400_000), "old");
      for (const path of PATHS) await get(url + path).catch(() => undefined);
      await post(`${url}/flush`);
      await sleep(BUSY * 1000);
      return { observed: sorted(metricNames(await get(`${url}/metrics`))) };
    } finally {
      await service.stop();
      other.close();
    }
  },
};

const PATHS = [
  "/ring",
  "/loki/api/v1/labels",
  `/loki/api/v1/query?query=${encodeURIComponent('sum(rate({job="x"}[1m]))')}`,
  `/loki/api/v1/query_range?query=${encodeURIComponent('{job="x"}')}`,
  `/loki/api/v1/query_range?query=${encodeURIComponent("{broken")}`,
];

const rules = {
  groups: [
    {
      name: "rules",
      interval: "1s",
      rules: [{ alert: "Some", expr: 'sum(count_over_time({job="x"}[10m])) > 0' }],
    },
  ],
};

async function push(url: string, time: Date, line: string): Promise<void> {
  const streams = [{ stream: { job: "x" }, values: [[`${time.getTime()}000000`, line]] }];
  await post(`${url}/loki/api/v1/push`, { streams });
}

function configuration(
  work: string,
  ports: { readonly http: number; readonly grpc: number; readonly gossip: number },
  alertmanager: string,
): object {
  const data = join(work, "data");
  return {
    ...localLokiSettings(data, ports, "memberlist"),
    memberlist: {
      bind_addr: ["127.0.0.1"],
      bind_port: ports.gossip,
      advertise_port: ports.gossip,
      join_members: [`127.0.0.1:${ports.gossip}`],
    },
    compactor: { retention_enabled: true, delete_request_store: "filesystem", compaction_interval: "2s" },
    limits_config: { max_line_size: "1KB", retention_period: "24h" },
    ruler: {
      rule_path: join(data, "rules"),
      alertmanager_url: alertmanager,
      storage: { type: "local", local: { directory: join(work, "rules") } },
    },
  };
}
