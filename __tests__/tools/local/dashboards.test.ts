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
  // A proxy that does not exist, because tests must not use the internet.
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

it("leaves the dashboards out if grafana.com is unreachable, and logs the reason", async () => {
  expect(await obtain()).toEqual({ COMMUNITY_DASHBOARDS: "false" });
  expect(lines).toEqual(["left out (COMMUNITY_DASHBOARDS=false): grafana.com is unreachable"]);
}, 30_000);

it("names a dashboard that a folder does not contain", async () => {
  expect(await obtain({ CDKTF_MONITORING_DIRECTORY: folder })).toEqual({ COMMUNITY_DASHBOARDS: "false" });
  expect(lines.join()).toContain(join(folder, "grafana-dashboard-1860-45.json"));
}, 30_000);

it("rejects a file with the wrong digest", async () => {
  writeFileSync(join(folder, "grafana-dashboard-1860-45.json"), "{}");
  expect(await obtain({ CDKTF_MONITORING_DIRECTORY: folder })).toEqual({ COMMUNITY_DASHBOARDS: "false" });
  expect(lines.join()).toContain("has the wrong SHA-256");
}, 30_000);
