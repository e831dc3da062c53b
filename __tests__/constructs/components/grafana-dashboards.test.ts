import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Artifacts, Dashboard, DashboardOptions, Grafana, Loki } from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

const FULL = Dashboard.fromGrafanaCom(1860, 45);

function withDashboards(...dashboards: Dashboard[]): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack);
    new Loki(hub.host, "loki");
    new Grafana(hub.host, "grafana", { dashboards });
  });
}

const folder = mkdtempSync(join(tmpdir(), "dashboards-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Returns a dashboard with one panel for each query. */
function withQueries(exprs: readonly string[], options: DashboardOptions = {}, more: object = {}): Dashboard {
  const path = join(folder, "shop.json");
  const panels = exprs.map((expr, index) => ({ title: `P${index + 1}`, targets: [{ expr }] }));
  writeFileSync(path, JSON.stringify({ uid: "shop", title: "Shop", panels, ...more }));
  return Dashboard.fromFile(path, options);
}

/** Returns the message with which the synthesis rejects a dashboard; empty if it accepts it. */
function rejection(dashboard: Dashboard): string {
  try {
    withDashboards(dashboard);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const collectors = (stack: Synthesized) =>
  stack.variables("node_exporter", "hub").node_exporter_collectors as readonly string[];

const warnings = (stack: Synthesized) => stack.warnings.filter((warning) => warning.includes("Shop"));

describe("a dashboard from a file", () => {
  test("is accepted with variables at any position, and without queries and names", () => {
    const exprs = [
      "topk($limit, node_load1)",
      "sum by ($group) (node_load1)",
      "node_load1 > $threshold",
      "node_load1 offset $shift",
      "node_memory_${what}_bytes",
      "up{$filters}",
      "",
      'count({job="node"})',
      '{__name__=~"node_load(1|5)"}',
      "rate($query) / $metric",
    ];
    const variable = { name: "job", type: "query", datasource: { type: "loki" }, query: "label_values({}, job)" };
    const dashboard = withQueries(exprs, {}, { templating: { list: [variable] } });
    expect(warnings(withDashboards(dashboard))).toEqual([]);
  });

  test("is rejected for queries without data and queries that do not parse", () => {
    const problems = [
      ["node_lod1", 'dashboard "Shop", panel "P1": nothing emits the metric "node_lod1": did you mean node_load1'],
      ["node_lod${minutes}", 'panel "P2": nothing emits a metric that matches "node_lod.*"'],
      ['{__name__=~"mysql_.*"}', 'panel "P3": nothing emits a metric that matches "mysql_.*"'],
      ["wifi_${x}_total or node_wifi_interface_$y", 'add or enable node exporter\'s collector "wifi", which emits it'],
      ["topk($limit, up", 'panel "P5": the expression ends too early, after "topk($limit, up"'],
    ] as const;
    const message = rejection(withQueries(problems.map(([expr]) => expr)));
    for (const [, problem] of problems) expect(message).toContain(problem);
    expect(message).toContain(". To skip the checks, add the dashboard with { unchecked: true }");
  });

  test("causes a warning if its metrics exist only on some hardware", () => {
    const stack = withDashboards(
      withQueries(["node_edac_correctable_errors_total + node_load1", "node_nfs_rpcs_total", "node_vmstat_unusual"]),
    );
    expect(warnings(stack)).toEqual([
      'dashboard "Shop" uses metrics that a server has only with certain hardware, kernel modules or settings, so that panels can be empty: node_edac_correctable_errors_total, node_nfs_rpcs_total, node_vmstat_unusual',
    ]);
  });

  test("causes a warning if queries are not checked because of their variables", () => {
    const stack = withDashboards(withQueries(["sum(up) $rest ) + 1", "up"]));
    expect(warnings(stack)).toEqual([
      'queries are not checked, because their variables can contain any text: dashboard "Shop", panel "P1"',
    ]);
  });

  test("causes a warning if nothing emits a metric, but another query of the panel has data", () => {
    const targets = [{ expr: "node_load1" }, { expr: "node_load1_old" }];
    const more = (...last: object[]) => ({ panels: [{ title: "P", targets }, ...last] });
    expect(warnings(withDashboards(withQueries([], {}, more())))).toEqual([
      'dashboard "Shop" uses metrics that nothing emits in panels whose other queries have data: node_load1_old',
    ]);
    const alone = withQueries([], {}, more({ title: "Q", targets: targets.slice(1) }));
    expect(() => withDashboards(alone)).toThrow(
      'dashboard "Shop", panel "Q": nothing emits the metric "node_load1_old"',
    );
    const broken = withQueries([], {}, more({ title: "Q", targets: [...targets, { expr: "up)" }] }));
    expect(() => withDashboards(broken)).toThrow('dashboard "Shop", panel "Q": the expression does not parse');
  });

  test("is installed without checks and warnings if it is unchecked, but enables the collectors that it needs", () => {
    const exprs = ["mysql_up", "foo bar", "node_edac_correctable_errors_total", "node_processes_pids"];
    expect(() => withDashboards(withQueries(exprs))).toThrow('nothing emits the metric "mysql_up"');
    const stack = withDashboards(withQueries(exprs, { unchecked: true }));
    expect(warnings(stack)).toEqual([]);
    expect(collectors(stack)).toContain("processes");
  });

  test("can have a uid that begins with a hyphen", () => {
    const stack = withDashboards(withQueries(["up"], {}, { uid: "-xyV8KCiz" }));
    const files = readdirSync(join(stack.directory, "files/grafana/hub"), { recursive: true });
    expect(files).toContainEqual(expect.stringMatching(/\/_-xyV8KCiz\.json$/));
  });
});

describe("a dashboard of grafana.com", () => {
  const stack = withDashboards(FULL);

  test("is downloaded together with the archives, before the deploy touches any server", () => {
    const request = expect.objectContaining(Artifacts.fromEnvironment()._dashboard(1860, 45)) as object;
    expect(stack.run("grafana").vars.monitoring_artifacts).toContainEqual(request);
    expect(stack.run("prometheus").vars.monitoring_artifacts).not.toContainEqual(request);
    const { provisioner } = stack.nullResource("test/monitoring/artifacts");
    const fetched = provisioner?.[0]?.["local-exec"].environment.MONITORING_ARTIFACTS ?? "[]";
    expect(JSON.parse(fetched)).toContainEqual(request);
  });

  test("is passed to the role", () => {
    expect(stack.variables("grafana", "hub").grafana_downloaded_dashboards).toEqual([
      { uid: "grafana-com-1860", artifact: "grafana-dashboard-1860", revision: "45" },
    ]);
  });

  test("is not in the generated files", () => {
    const files = readdirSync(join(stack.directory, "files/grafana/hub/dashboards"));
    expect(files.sort()).toEqual([
      "cdktf-monitoring-audit.json",
      "cdktf-monitoring-fleet.json",
      "cdktf-monitoring-monitoring.json",
      "cdktf-monitoring-own-logs.json",
      "cdktf-monitoring-server.json",
    ]);
  });

  test("is checked by the role with the metrics that the stack emits", () => {
    const known = JSON.parse(readFileSync(join(stack.directory, "files/grafana/hub/known-metrics.json"), "utf8")) as {
      readonly emitted: readonly string[];
      readonly collectors: Readonly<Record<string, readonly string[]>>;
    };
    expect(known.emitted).toEqual(expect.arrayContaining(["up", "node_load1", "loki_build_info", "node_vmstat_*"]));
    expect(known.emitted).not.toContain("node_processes_pids");
    expect(known.collectors).toMatchObject({ node_processes_pids: ["processes"] });
  });

  test("can name the collectors that it needs on all servers, and can be exempted from the check", () => {
    const options = { collectors: ["processes", "tcpstat", "interrupts"], unchecked: true };
    const changed = withDashboards(Dashboard.fromGrafanaCom(1860, 45, options));
    expect(collectors(stack)).not.toContain("tcpstat");
    expect(collectors(changed)).toEqual(expect.arrayContaining(["interrupts", "processes", "tcpstat"]));
    expect(changed.variables("grafana", "hub").grafana_downloaded_dashboards).toEqual([
      { uid: "grafana-com-1860", artifact: "grafana-dashboard-1860", revision: "45", unchecked: true },
    ]);
  });

  test("is rejected if its uid occurs twice", () => {
    expect(() => withDashboards(FULL, Dashboard.fromGrafanaCom(1860, 44))).toThrow(
      /have the same uid "grafana-com-1860": change one of them/,
    );
  });
});
