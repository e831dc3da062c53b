import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localLokiSettings } from "../../tools/dev/catalogue/loki-settings";
import { freePort, Service } from "../../tools/dev/service";
import { LokiApi } from "./loki";

const { LOKI } = process.env;

/** A test that runs against a real Loki. Without Loki it is skipped, and its name contains the reason. */
export function lokiTest(name: string, body: () => Promise<void>, seconds = 60): void {
  if (LOKI) test(name, body, seconds * 1000);
  else test.skip(`${name} (skipped: no Loki; "npm test" shows the reason)`, body);
}

/** A Loki on loopback with its data in a temporary folder. */
export class LokiServer {
  private constructor(
    public readonly api: LokiApi,
    public readonly url: string,
    private readonly folder: string,
    private readonly service: Service,
  ) {}

  /**
   * Starts Loki. Returns undefined if there is no Loki.
   *
   * @param rules content of the rule file for Loki's ruler
   */
  public static async start(rules: string): Promise<LokiServer | undefined> {
    if (LOKI === undefined || !existsSync(LOKI)) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "loki-"));
    const port = await freePort();
    const file = join(folder, "loki.yml");
    mkdirSync(join(folder, "rules", "fake"), { recursive: true });
    writeFileSync(join(folder, "rules", "fake", "rules.yml"), rules);
    writeFileSync(file, JSON.stringify(configuration(folder, port, await freePort())));
    const url = `http://127.0.0.1:${port}`;
    const service = await Service.start(LOKI, [`-config.file=${file}`], `${url}/ready`, folder);
    return new LokiServer(new LokiApi(url), url, folder, service);
  }

  /** Stops Loki and removes its data. */
  public async stop(): Promise<void> {
    await this.service.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Returns the series of a metric query at `time` in milliseconds. Throws Loki's error message if the query fails. */
  public async at(query: string, time: number): Promise<{ metric: Record<string, string>; value: number }[]> {
    const parameters = new URLSearchParams({ query, time: String(time / 1000) });
    const response = await fetch(`${this.url}/loki/api/v1/query?${parameters.toString()}`);
    if (!response.ok) throw new Error(`${query}: ${await response.text()}`);
    const { data } = (await response.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  }

  /** Returns the JSON of an API path. */
  public async json(path: string): Promise<unknown> {
    return (await fetch(this.url + path)).json();
  }
}

function configuration(folder: string, port: number, grpc: number): object {
  return {
    ...localLokiSettings(folder, { http: port, grpc }, "inmemory"),
    frontend: { scheduler_dns_lookup_period: "1s" },
    frontend_worker: { dns_lookup_duration: "1s" },
    limits_config: { discover_service_name: [], max_query_series: 20_000 },
    ruler: {
      rule_path: join(folder, "evaluated"),
      evaluation_interval: "1s",
      storage: { type: "local", local: { directory: join(folder, "rules") } },
    },
  };
}
