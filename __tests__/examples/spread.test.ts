import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import { Synthesized } from "../support/synth";

const folder = mkdtempSync(join(tmpdir(), "example-spread-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function synthesize(program: string, stack: string): Synthesized {
  const outdir = join(folder, stack);
  execFileSync("npx", ["tsx", program], {
    cwd: projectRoot,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
    stdio: ["ignore", "ignore", "pipe"],
  });
  return Synthesized.of(stack, outdir);
}

test("the spread example places the components of the local stack on separate servers", () => {
  const spread = synthesize("examples/spread.ts", "spread");
  const local = synthesize("main.ts", "local");
  const hosts = { prometheus: "metrics", alertmanager: "alerts", grafana: "dashboards", loki: "logs" };
  for (const [kind, server] of Object.entries(hosts)) {
    expect(Object.keys(spread.run(kind).hosts)).toEqual([server]);
    expect(Object.keys(local.run(kind).hosts)).toEqual(["hub"]);
    // Only the addresses differ, because they are those of the servers.
    const [here, there] = [spread.variables(kind, server), local.variables(kind, "hub")];
    expect(Object.keys(here)).toEqual(Object.keys(there));
    expect(here).toMatchObject({ monitoring_on_move: "keepData", [`${kind}_port`]: there[`${kind}_port`] });
  }
  expect(Object.keys(spread.run("site").hosts)).toEqual(["app", "app-2"]);
  expect(Object.keys(spread.inventory.all.hosts)).toEqual(["alerts", "app", "app-2", "dashboards", "logs", "metrics"]);
}, 60_000);
