import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dashboard, Grafana, LogSource, Loki, MonitoredServer } from "../../constructs";
import { synth, Synthesized } from "../support/synth";
import { Hub } from "../support/topology";

const folder = mkdtempSync(join(tmpdir(), "logs-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A dashboard with one panel that asks Loki. */
function asking(expr: string): Dashboard {
  const path = join(folder, "own.json");
  const panels = [{ title: "P", datasource: { type: "loki", uid: "loki" }, targets: [{ expr }] }];
  writeFileSync(path, JSON.stringify({ uid: "own", title: "Own", panels }));
  return Dashboard.fromFile(path);
}

/** A hub that shows logs, and an app with nginx. */
function stackOf(expr: string): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack);
    const { monitoring } = hub;
    new Loki(hub.host, "loki");
    new Grafana(hub.host, "grafana", { dashboards: [asking(expr)] });
    new MonitoredServer(stack, "app", { monitoring, server: hub.server("app"), logs: [LogSource.nginx()] });
  });
}

describe("a dashboard that asks for logs", () => {
  test.each([
    '{job="nginx", kind="access"} | status_class="5xx"',
    '{job="nginx", instance="app", monitoring="monitoring"}',
    '{job="sshd", instance="hub"}',
    '{job=~"grafana|loki|prometheus", instance="hub"}',
    '{job="node_exporter", instance=~"$instance"}',
  ])("is accepted where a source emits them: %s", (expr) => {
    expect(() => stackOf(expr)).not.toThrow();
  });

  test.each([
    [
      '{job="ngnix"}',
      'dashboard "Own", panel "P": no log source emits the label "job" with the value "ngnix"; the nearest values are nginx',
    ],
    ['{job="nginx"} | status="5xx"', 'no log source emits the label "status"; the nearest names are status_class'],
    ['{job="nginx", instance="ap"}', 'the label "instance" with the value "ap"; the nearest values are app'],
    [
      '{job="nginx", instance="hub"}',
      'no log source emits lines that have all that {job="nginx", instance="hub"} wants',
    ],
    ['{job="alertmanager"}', 'the label "job" with the value "alertmanager"'],
    ['{job="nginx"', "the expression ends too early"],
  ])("is refused where none does: %s", (expr, message) => {
    expect(() => stackOf(expr)).toThrow(message);
  });
});
