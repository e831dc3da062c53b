import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { obtainDashboards } from "../../../tools/local/dashboards";

const before = { ...process.env };
let folder: string;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dashboards-"));
  process.env.CDKTF_MONITORING_CACHE = join(folder, "cache");
  // A proxy that nobody answers at: no test goes to the internet.
  process.env.HTTPS_PROXY = process.env.https_proxy = "http://127.0.0.1:9";
  process.env.NO_PROXY = process.env.no_proxy = "";
  lines = [];
});

afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true });
});

async function obtain(environment: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
  Object.assign(process.env, { CDKTF_MONITORING_SOURCE: "", CDKTF_MONITORING_DIRECTORY: "" }, environment);
  return obtainDashboards((line) => lines.push(line));
}

test("what can't be reached is left out, which is said, and how", async () => {
  expect(await obtain()).toEqual({ COMMUNITY_DASHBOARDS: "false" });
  expect(lines).toEqual(["left out, for grafana.com can't be reached (COMMUNITY_DASHBOARDS=false)"]);
}, 30_000);

test("what a folder of archives lacks is left out, by name", async () => {
  expect(await obtain({ CDKTF_MONITORING_DIRECTORY: folder })).toEqual({ COMMUNITY_DASHBOARDS: "false" });
  expect(lines.join()).toContain(join(folder, "grafana-dashboard-1860-45.json"));
}, 30_000);

test("a file with other bytes is left out", async () => {
  writeFileSync(join(folder, "grafana-dashboard-1860-45.json"), "{}");
  expect(await obtain({ CDKTF_MONITORING_DIRECTORY: folder })).toEqual({ COMMUNITY_DASHBOARDS: "false" });
  expect(lines.join()).toContain("has the wrong digest");
}, 30_000);
