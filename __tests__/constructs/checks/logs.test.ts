import { TerraformStack, Testing } from "cdktf";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import {
  Alert,
  Dashboard,
  Evaluator,
  FirewalledServer,
  Grafana,
  LogSource,
  Loki,
  MonitoredServer,
  MonitoringProps,
  Severity,
} from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

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
      'dashboard "Own", panel "P": no log source emits the label "job" with the value "ngnix": did you mean nginx?',
    ],
    ['{job="nginx"} | status="5xx"', 'no log source emits the label "status": did you mean status_class?'],
    ['{job="nginx", instance="ap"}', 'the label "instance" with the value "ap": did you mean app?'],
    [
      '{job="nginx", instance="hub"}',
      'no log source emits lines that match all of {job="nginx", instance="hub"}',
    ],
    ['{job="alertmanager"}', 'the label "job" with the value "alertmanager"'],
    ['{job="nginx"', "the expression ends too early"],
  ])("is refused where none does: %s", (expr, message) => {
    expect(() => stackOf(expr)).toThrow(message);
  });
});

/** A hub with a Loki, or without, and an app with such logs. */
function ruled(
  props: Partial<MonitoringProps> = {},
  logs: readonly LogSource[] = [LogSource.nginx()],
  loki = true,
): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack, {}, props);
    if (loki) new Loki(hub.host, "loki");
    new MonitoredServer(stack, "app", { monitoring: hub.monitoring, server: hub.server("app"), logs });
  });
}

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert: string; readonly annotations: Record<string, string> }[];
  }[];
}

function rulesFor(kind: string, stack: Synthesized): RuleFile["groups"][number]["rules"] {
  const file = readFileSync(join(stack.directory, "files", kind, "hub", "rules", "monitoring.yml"), "utf8");
  return (parse(file) as RuleFile).groups.flatMap(({ rules }) => rules);
}

const names = (kind: string, stack: Synthesized): string[] => rulesFor(kind, stack).map(({ alert }) => alert);

const own = (expr: string): Alert =>
  Alert.custom({
    name: "TooManyErrors",
    evaluator: Evaluator.LOKI,
    expr,
    severity: Severity.WARNING,
    summary: "s",
    description: "d",
  });

describe("the rules of Loki", () => {
  test("are its own, and Prometheus has none of them", () => {
    const stack = ruled();
    expect(names("loki", stack)).toEqual(["SshBruteForce", "HttpErrorsBurst"]);
    expect(names("prometheus", stack)).toContain("LogsSilent");
    expect(names("prometheus", stack)).not.toContain("SshBruteForce");
  });

  test("are there for logs that there are", () => {
    expect(names("loki", ruled({}, []))).toEqual(["SshBruteForce"]);
    expect(names("loki", ruled({ alerts: [Alert.off("SshBruteForce")] }, []))).toEqual([]);
  });

  test("are tuned as the others are", () => {
    const alerts = [Alert.tune("SshBruteForce", { for: "3m", thresholds: { attempts: 77 } })];
    const [rule] = rulesFor("loki", ruled({ alerts }));
    expect(rule).toMatchObject({ for: "3m", expr: expect.stringMatching(/> 77$/) as string });
  });

  test("link to the runbooks where Prometheus shows them, or where the user has them", () => {
    const link = (props?: Partial<MonitoringProps>) => rulesFor("loki", ruled(props))[0]?.annotations.runbook_url;
    expect(link()).toMatch(/^http:\/\/[\d.]+:9090\/user\/runbooks\.html#SshBruteForce$/);
    expect(link({ runbooks: "https://wiki.example.com/" })).toBe("https://wiki.example.com/SshBruteForce");
  });

  test("have their runbooks among the others", () => {
    const stack = ruled();
    const page = readFileSync(join(stack.directory, "files/prometheus/hub/web/runbooks.html"), "utf8");
    expect(page).toContain('<section id="HttpErrorsBurst">');
  });

  test("may be the user's own, by LogQL on lines that there are", () => {
    const expr = 'sum by (instance) (count_over_time({job="nginx",level="error"}[5m])) > 5';
    const stack = ruled({ alerts: [own(expr)] });
    expect(names("loki", stack)).toContain("TooManyErrors");
    expect(names("prometheus", stack)).not.toContain("TooManyErrors");
    expect(() => ruled({ alerts: [own(expr.replace("nginx", "ngnix"))] })).toThrow(
      'alert "TooManyErrors": no log source emits the label "job" with the value "ngnix": did you mean nginx?',
    );
    expect(() => own('rate({job="nginx"}[5m]')).toThrow('alert "TooManyErrors": expr: the expression ends too early');
    expect(() => ruled({ alerts: [own(expr)] }, [], false)).toThrow(
      'alert "TooManyErrors": it is about logs, and no Loki is placed that would evaluate it',
    );
  });
});

describe("the dashboards of logs", () => {
  const dashboards = (add: (hub: Hub) => void, logs: readonly LogSource[] = []): string[] => {
    const stack = synth((scope) => {
      const hub = new Hub(scope);
      new Grafana(hub.host, "grafana");
      new MonitoredServer(scope, "app", { monitoring: hub.monitoring, server: hub.server("app"), logs });
      add(hub);
    });
    return readdirSync(join(stack.directory, "files/grafana/hub/dashboards"))
      .map((file) => file.replace("cdktf-monitoring-", "").replace(".json", ""))
      .sort();
  };
  const withLoki = (hub: Hub): void => {
    new Loki(hub.host, "loki");
  };

  test("are there where there is a Loki, and of applications where they log", () => {
    expect(dashboards(() => undefined)).toEqual(["fleet", "monitoring", "server"]);
    expect(dashboards(withLoki)).toEqual(["audit", "fleet", "monitoring", "own-logs", "server"]);
    expect(dashboards(withLoki, [LogSource.nginx()])).toContain("logs");
  });
});

test("a server without a log agent takes no logs", () => {
  const stack = new TerraformStack(Testing.app(), "test");
  const hub = new Hub(stack);
  const { _logSources: logSources } = new FirewalledServer(stack, "db", {
    monitoring: hub.monitoring,
    server: hub.server("db"),
    // @ts-expect-error There is nobody to send them.
    logs: [LogSource.nginx()],
  });
  expect(logSources).toEqual([]);
});
