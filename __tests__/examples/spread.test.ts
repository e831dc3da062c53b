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

test("the spread example has each component on a server of its own, with what the local stack has on its hub", () => {
  const spread = synthesize("examples/spread.ts", "spread");
  const local = synthesize("main.ts", "local");
  const homes = { prometheus: "metrics", alertmanager: "alerts", grafana: "dashboards", loki: "logs" };
  for (const [kind, server] of Object.entries(homes)) {
    expect(Object.keys(spread.run(kind).hosts)).toEqual([server]);
    expect(Object.keys(local.run(kind).hosts)).toEqual(["hub"]);
    // Where it is reached, and whom it asks where, follows from the servers; all else is the same.
    const [here, there] = [spread.variables(kind, server), local.variables(kind, "hub")];
    expect(Object.keys(here)).toEqual(Object.keys(there));
    expect(here).toMatchObject({ monitoring_on_move: "keepData", [`${kind}_port`]: there[`${kind}_port`] });
  }
  expect(Object.keys(spread.run("site").hosts)).toEqual(["app", "app-2"]);
  expect(Object.keys(spread.inventory.all.hosts)).toEqual(["alerts", "app", "app-2", "dashboards", "logs", "metrics"]);
}, 60_000);
