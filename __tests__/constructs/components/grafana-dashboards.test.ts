import { join } from "node:path";
import { readdirSync } from "node:fs";
import { Artifacts, Dashboard, Grafana } from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

const FULL = Dashboard.fromGrafanaCom(1860, 45);

function withDashboards(...dashboards: Dashboard[]): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack);
    new Grafana(hub.host, "grafana", { dashboards });
  });
}

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
      "cdktf-monitoring-fleet.json",
      "cdktf-monitoring-monitoring.json",
      "cdktf-monitoring-server.json",
    ]);
  });

  test("is rejected if its uid occurs twice", () => {
    expect(() => withDashboards(FULL, Dashboard.fromGrafanaCom(1860, 44))).toThrow(
      /have the same uid "grafana-com-1860": change one of them/,
    );
  });
});
