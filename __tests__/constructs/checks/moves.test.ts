import { App, TerraformStack } from "cdktf";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnMove } from "../../../constructs/index";
import { LocalNetwork, LocalServer, Loki, Monitoring, MonitoringHost, Prometheus } from "../../../constructs/index";
import { Synthesized } from "../../support/synth";

const project = mkdtempSync(join(tmpdir(), "moves-"));

beforeAll(() => {
  const state = join(project, ".cdktf-monitoring", "test", "placements");
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, "loki.json"), JSON.stringify({ hub: "198.18.0.2 22" }));
});

afterAll(() => {
  rmSync(project, { recursive: true });
});

/** Synthesizes a project whose Loki moves from the server "hub" to "logs", with these other servers. */
function moved(servers: readonly string[], onMove?: OnMove): Synthesized {
  const app = new App({ outdir: join(project, "cdktf.out") });
  const stack = new TerraformStack(app, "test");
  const network = new LocalNetwork(stack, "network");
  const monitoring = new Monitoring(stack, "monitoring", { technicians: [network.gateway] });
  const [logs] = ["logs", ...servers].map(
    (name) =>
      new MonitoringHost(stack, name, { monitoring, server: new LocalServer(stack, `${name}-server`, { network }) }),
  );
  if (!logs) throw new Error("no server");
  new Prometheus(logs, "prometheus");
  new Loki(logs, "loki", { onMove });
  app.synth();
  return Synthesized.of("test", app.outdir);
}

test("rejects the removal of a server in the same edit as the move of its component, because this loses the data", () => {
  expect(() => moved([])).toThrow(
    /^test\/monitoring: loki moves from "hub" to "logs".*keep the old server for one deploy/,
  );
});

test("accepts the move if both servers exist or the data is discarded, and passes onMove to the role", () => {
  expect(moved(["hub"]).variables("loki", "logs").monitoring_on_move).toBe("keepData");
  expect(moved([], OnMove.DISCARD).variables("loki", "logs").monitoring_on_move).toBe("discard");
});

test("deletes the placement notes together with the stack", () => {
  const { provisioner } = moved(["hub"]).nullResource("test/monitoring/placements");
  expect(provisioner).toEqual([
    {
      "local-exec": {
        when: "destroy",
        command: 'rm -rf "../../../.cdktf-monitoring/test/placements" "../../../.cdktf-monitoring/test/members.json"',
      },
    },
  ]);
});

test("moves no data of agents", () => {
  expect(moved(["hub"]).variables("node_exporter", "logs")).not.toHaveProperty("monitoring_on_move");
});
