import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Dashboard } from "../../lib/dashboards/dashboard";
import { playbooksDirectory } from "../../lib/paths";

const PLUGINS = dirname(join(playbooksDirectory, "roles/grafana/filter_plugins/published_dashboard.py"));
const PROGRAM = `import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from published_dashboard import FilterModule
try: print(FilterModule().filters()["published_dashboard"](sys.stdin.read(), "grafana-com-1", json.loads(sys.argv[2])))
except ValueError as error: sys.exit(str(error))`;

function run(text: string, sources: readonly string[] = ["prometheus"]): { stdout: string; stderr: string } {
  return spawnSync("python3", ["-c", PROGRAM, PLUGINS, JSON.stringify(sources)], { input: text, encoding: "utf8" });
}

function published(dashboard: object): unknown {
  const { stdout, stderr } = run(JSON.stringify({ panels: [], ...dashboard }));
  if (stderr !== "") throw new Error(stderr);
  return JSON.parse(stdout);
}

const INPUT = { name: "DS_PROMETHEUS", type: "datasource", pluginId: "prometheus" };
const VARIABLE = { type: "datasource", name: "ds_prometheus", query: "prometheus" };

test("sets the uid, and removes the keys for an import by hand", () => {
  const dashboard = { id: 5, uid: "theirs", title: "T", __inputs: [INPUT], __requires: [], __elements: {} };
  expect(published(dashboard)).toEqual({ uid: "grafana-com-1", title: "T", panels: [] });
});

test("replaces the data sources in every form in which a dashboard refers to them", () => {
  const panels = [
    { datasource: "${DS_PROMETHEUS}" },
    { datasource: { type: "prometheus", uid: "${DS_PROMETHEUS}" } },
    { datasource: { type: "prometheus", uid: "theirs" }, targets: [{ datasource: { type: "prometheus" } }] },
  ];
  const ours = { type: "prometheus", uid: "prometheus" };
  expect(published({ panels, __inputs: [INPUT] })).toMatchObject({
    panels: [{ datasource: ours }, { datasource: ours }, { datasource: ours, targets: [{ datasource: ours }] }],
  });
});

test("keeps variables, the built-in data source of Grafana, and label templates", () => {
  const kept = {
    panels: [
      {
        datasource: { type: "prometheus", uid: "${ds_prometheus}" },
        targets: [{ legendFormat: "{{instance}} ${node}" }],
      },
      { datasource: { type: "datasource", uid: "-- Mixed --" } },
    ],
    templating: { list: [VARIABLE] },
  };
  expect(published(kept)).toEqual({ ...kept, uid: "grafana-com-1" });
});

test("uses the proposed constants", () => {
  const input = { name: "VAR_JOB", type: "constant", value: "node" };
  expect(published({ title: "${VAR_JOB}", __inputs: [input] })).toMatchObject({ title: "node" });
});

test.each([
  ["<html>", "dashboard grafana-com-1 is not JSON"],
  ["[]", 'dashboard grafana-com-1 has no "panels"'],
  ['{"title": "T"}', 'dashboard grafana-com-1 has no "panels"'],
])("rejects %s", (text, problem) => {
  expect(run(text).stderr).toContain(problem);
});

test.each([
  [{ type: "prometheus", uid: "P1809F7CD0C75ACF3" }],
  [{ type: "loki", uid: "${DS_LOKI}" }],
  [{ type: "prometheus" }],
  [{ type: "datasource", uid: "-- Mixed --" }],
  [{ type: "__expr__", uid: "__expr__" }],
  [{ uid: "grafanacloud-acme-loki" }],
  ["Prometheus-prod"],
  ["${DS_OUR-PROMETHEUS}"],
  ["default"],
  ["Metrics"],
  ["-- Grafana --"],
  ["$source"],
  ["${source:text}"],
  [{}],
  [null],
])("replaces the data source %j as Dashboard.fromFile does", (datasource) => {
  const dashboard = {
    uid: "grafana-com-1",
    title: "T",
    panels: [{ datasource, targets: [{ expr: "up" }] }],
    templating: { list: [{ type: "datasource", name: "source", query: "loki", regex: "/prod/" }] },
    rows: [{ panels: [{ datasource }] }],
    __inputs: [{ name: "DS_EXPRESSION", type: "datasource", pluginId: "__expr__" }],
  };
  const folder = mkdtempSync(join(tmpdir(), "published-"));
  writeFileSync(join(folder, "file.json"), JSON.stringify(dashboard));
  const json = Dashboard.fromFile(join(folder, "file.json"))._json({ kinds: new Set(), alerts: [] }) ?? "";
  rmSync(folder, { recursive: true });
  const { stdout, stderr } = run(JSON.stringify(dashboard), ["prometheus", "alertmanager", "loki"]);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual(JSON.parse(json));
});

test("rejects a dashboard for a type of data source that is missing", () => {
  const dashboard = JSON.stringify({ panels: [], __inputs: [{ ...INPUT, pluginId: "mysql" }] });
  expect(run(dashboard).stderr).toContain('needs a data source of the type "mysql", and this Grafana has: prometheus');
  expect(run(dashboard, []).stderr).toContain("this Grafana has: none");
});
