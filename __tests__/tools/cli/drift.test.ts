import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repeatRuns, ServerDrift } from "../../../tools/cli/drift";

const folder = mkdtempSync(join(tmpdir(), "drift-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const change = (component: string, repairable: boolean): ServerDrift => ({
  server: "app",
  component,
  repairable,
  path: "/etc/x",
  change: "is missing",
});

it("lets the next plan repeat the runs of changed components, except for changes that no run repairs", () => {
  const state = join(folder, "state");
  mkdirSync(state);
  const runs = ["firewall", "loki", "grafana"].map((name) => ({ name, command: "", state }));
  const deployed = { prefix: "", inventory: "", runs };
  repeatRuns("local", deployed, []);
  expect(existsSync(join(state, "in-flight"))).toBe(false);
  repeatRuns("local", deployed, [change("loki", true), change("firewall", true), change("grafana", false)]);
  expect(readdirSync(join(state, "in-flight")).sort()).toEqual(["firewall", "loki"]);
});
