import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { metricNames } from "./exposition";
import { Program, sorted } from "./program";
import { freePort, get, startHttpServer, Service } from "../service";

/** Caddy as a reverse proxy that forwards and rejects requests, to a server that runs and one that does not. */
export const caddy: Program = {
  kind: "caddy",
  observe: async (home, work) => {
    const other = await startHttpServer();
    const file = join(work, "Caddyfile");
    const [port, closed] = [await freePort(), await freePort()];
    writeFileSync(file, configuration(port, other.url, closed));
    const url = `http://127.0.0.1:${port}`;
    const service = await Service.start(
      join(home, "caddy"),
      ["run", `--config=${file}`, "--adapter=caddyfile"],
      `${url}/metrics`,
      work,
    );
    try {
      for (const path of ["/works", "/works/broken", "/closed", "/rejected"]) await fetch(`${url}${path}`);
      return { observed: sorted(metricNames(await get(`${url}/metrics`))) };
    } finally {
      await service.stop();
      other.close();
    }
  },
};

function configuration(port: number, other: string, closed: number): string {
  return `{
	admin off
	auto_https off
	persist_config off
	metrics
}
http://127.0.0.1:${port} {
	route {
		metrics /metrics
		reverse_proxy /works* ${other}
		reverse_proxy /closed 127.0.0.1:${closed}
		respond 403
	}
}
`;
}
