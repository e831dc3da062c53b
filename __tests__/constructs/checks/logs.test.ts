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

/** Returns a dashboard with one panel that queries Loki. */
function dashboardWith(expr: string): Dashboard {
  const path = join(folder, "own.json");
  const panels = [{ title: "P", datasource: { type: "loki", uid: "loki" }, targets: [{ expr }] }];
  writeFileSync(path, JSON.stringify({ uid: "own", title: "Own", panels }));
  return Dashboard.fromFile(path);
}

/** Synthesizes a hub with a dashboard that has this query, and an app with nginx. */
function stackOf(expr: string): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack);
    const { monitoring } = hub;
    new Loki(hub.host, "loki");
    new Grafana(hub.host, "grafana", { dashboards: [dashboardWith(expr)] });
    new MonitoredServer(stack, "app", { monitoring, server: hub.server("app"), logs: [LogSource.nginx()] });
  });
}

describe("a dashboard with a query of logs", () => {
  test.each([
    '{job="nginx", kind="access"} | status_class="5xx"',
    '{job="nginx", instance="app", monitoring="monitoring"}',
    '{job="sshd", instance="hub"}',
    '{job=~"grafana|loki|prometheus", instance="hub"}',
    '{job="node_exporter", instance=~"$instance"}',
  ])("is accepted if a log source emits the labels: %s", (expr) => {
    expect(() => stackOf(expr)).not.toThrow();
  });

  test.each([
    [
      '{job="ngnix"}',
      'dashboard "Own", panel "P": no log source emits the label "job" with the value "ngnix": did you mean nginx?',
    ],
    ['{job="nginx"} | status="5xx"', 'no log source emits the label "status": did you mean status_class?'],
    ['{job="nginx", instance="ap"}', 'the label "instance" with the value "ap": did you mean app?'],
    ['{job="nginx", instance="hub"}', 'no log source emits lines that match all of {job="nginx", instance="hub"}'],
    ['{job="alertmanager"}', 'the label "job" with the value "alertmanager"'],
    ['{job="nginx"', "the expression ends too early"],
  ])("is rejected if no log source emits the labels: %s", (expr, message) => {
    expect(() => stackOf(expr)).toThrow(message);
  });
});

/** Synthesizes a hub, with or without Loki, and an app with these logs. */
function stackWith(
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

/** Alerts about the log agents of all servers. */
const SENDERS = ["LogsOfAnotherServer", "LogSenderLimited"];

describe("rules of Loki", () => {
  test("are separate from those of Prometheus", () => {
    const stack = stackWith();
    expect(names("loki", stack)).toEqual(["SshBruteForce", "HttpErrorsBurst", ...SENDERS]);
    expect(names("prometheus", stack)).toContain("LogsSilent");
    expect(names("prometheus", stack)).not.toContain("SshBruteForce");
  });

  test("exist only for the logs of placed sources", () => {
    expect(names("loki", stackWith({}, []))).toEqual(["SshBruteForce", ...SENDERS]);
    expect(names("loki", stackWith({ alerts: [Alert.off("SshBruteForce")] }, []))).toEqual(SENDERS);
  });

  test("are tuned as those of Prometheus", () => {
    const alerts = [Alert.tune("SshBruteForce", { for: "3m", thresholds: { attempts: 77 } })];
    const [rule] = rulesFor("loki", stackWith({ alerts }));
    expect(rule).toMatchObject({ for: "3m", expr: expect.stringMatching(/> 77$/) as string });
  });

  test("link to the runbooks on Prometheus or to those of the user", () => {
    const link = (props?: Partial<MonitoringProps>) => rulesFor("loki", stackWith(props))[0]?.annotations.runbook_url;
    expect(link()).toMatch(/^https:\/\/[\d.]+:9090\/user\/runbooks\.html#SshBruteForce$/);
    expect(link({ runbooks: "https://wiki.example.com/" })).toBe("https://wiki.example.com/SshBruteForce");
  });

  test("have their runbooks on the same page as those of Prometheus", () => {
    const stack = stackWith();
    const page = readFileSync(join(stack.directory, "files/prometheus/hub/web/runbooks.html"), "utf8");
    expect(page).toContain('<section id="HttpErrorsBurst">');
  });

  test("can be user-provided, with LogQL for existing logs", () => {
    const expr = 'sum by (instance) (count_over_time({job="nginx",level="error"}[5m])) > 5';
    const stack = stackWith({ alerts: [own(expr)] });
    expect(names("loki", stack)).toContain("TooManyErrors");
    expect(names("prometheus", stack)).not.toContain("TooManyErrors");
    expect(() => stackWith({ alerts: [own(expr.replace("nginx", "ngnix"))] })).toThrow(
      'alert "TooManyErrors": no log source emits the label "job" with the value "ngnix": did you mean nginx?',
    );
    expect(() => own('rate({job="nginx"}[5m]')).toThrow('alert "TooManyErrors": expr: the expression ends too early');
    expect(() => stackWith({ alerts: [own(expr)] }, [], false)).toThrow(
      'alert "TooManyErrors" queries logs, but the monitoring has no Loki: construct one on a MonitoringHost',
    );
  });
});

describe("dashboards of logs", () => {
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

  test("exist only with Loki, and for applications only with their log sources", () => {
    expect(dashboards(() => undefined)).toEqual(["fleet", "monitoring", "server"]);
    expect(dashboards(withLoki)).toEqual(["audit", "fleet", "monitoring", "own-logs", "server"]);
    expect(dashboards(withLoki, [LogSource.nginx()])).toContain("logs");
  });
});

test("a server without a log agent has no log sources", () => {
  const stack = new TerraformStack(Testing.app(), "test");
  const hub = new Hub(stack);
  const { _logSources: logSources } = new FirewalledServer(stack, "db", {
    monitoring: hub.monitoring,
    server: hub.server("db"),
    // @ts-expect-error A server without an agent has no such prop.
    logs: [LogSource.nginx()],
  });
  expect(logSources).toEqual([]);
});
