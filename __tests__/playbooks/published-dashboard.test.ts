import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
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

const QUESTION = { name: "DS_PROMETHEUS", type: "datasource", pluginId: "prometheus" };
const CHOICE = { type: "datasource", name: "ds_prometheus", query: "prometheus" };

test("gets a uid of ours, and loses what is for those who import it", () => {
  const dashboard = { id: 5, uid: "theirs", title: "T", __inputs: [QUESTION], __requires: [], __elements: {} };
  expect(published(dashboard)).toEqual({ uid: "grafana-com-1", title: "T", panels: [] });
});

test("asks our data sources, in every form in which it names its own", () => {
  const panels = [
    { datasource: "${DS_PROMETHEUS}" },
    { datasource: { type: "prometheus", uid: "${DS_PROMETHEUS}" } },
    { datasource: { type: "prometheus", uid: "theirs" }, targets: [{ datasource: { type: "prometheus" } }] },
  ];
  const ours = { type: "prometheus", uid: "prometheus" };
  expect(published({ panels, __inputs: [QUESTION] })).toMatchObject({
    panels: [{ datasource: "prometheus" }, { datasource: ours }, { datasource: ours, targets: [{ datasource: ours }] }],
  });
});

test("keeps what people choose above the panels, what is Grafana's own, and what it knows of the labels", () => {
  const kept = {
    panels: [
      {
        datasource: { type: "prometheus", uid: "${ds_prometheus}" },
        targets: [{ legendFormat: "{{instance}} ${node}" }],
      },
      { datasource: { type: "datasource", uid: "-- Mixed --" } },
    ],
    templating: { list: [CHOICE] },
  };
  expect(published(kept)).toEqual({ ...kept, uid: "grafana-com-1" });
});

test("takes the constants that are proposed", () => {
  const input = { name: "VAR_JOB", type: "constant", value: "node" };
  expect(published({ title: "${VAR_JOB}", __inputs: [input] })).toMatchObject({ title: "node" });
});

test.each([
  ["<html>", "the dashboard grafana-com-1 is no JSON"],
  ["[]", 'the dashboard grafana-com-1 has no "panels"'],
  ['{"rows": []}', 'the dashboard grafana-com-1 has no "panels"'],
])("refuses %s", (text, problem) => {
  expect(run(text).stderr).toContain(problem);
});

test("names a type of data source that there is none of", () => {
  const dashboard = JSON.stringify({ panels: [], __inputs: [{ ...QUESTION, pluginId: "mysql" }] });
  expect(run(dashboard).stderr).toContain('wants a data source of the type "mysql": there is prometheus');
  expect(run(dashboard, []).stderr).toContain("there is none");
});
