import { Alert } from "../../../lib/alerts/alert";
import { builtInAlerts } from "../../../lib/alerts/built-in";
import { Severity } from "../../../lib/alerts/rule";
import { alertsTable } from "../../../lib/dashboards/alerts-table";
import { DashboardSubject } from "../../../lib/dashboards/dashboard-subject";
import { promqlProblem } from "../../../lib/metrics/promql";

const options = { description: "D?", height: 8 };
const subject: DashboardSubject = { kinds: new Set(), alerts: [] };
const custom = {
  name: "QueueTooLong",
  expr: "up == 0",
  severity: Severity.WARNING,
  summary: "queue {{ $labels.queue }} of {{ $labels.instance }} has {{ $value }} entries",
  description: "D",
};

function built(
  more: Partial<DashboardSubject> = {},
  server?: string,
): ReturnType<ReturnType<typeof alertsTable>["build"]> {
  return alertsTable({ ...subject, ...more }, server === undefined ? options : { ...options, server }).build();
}

function expression(more: Partial<DashboardSubject> = {}, server?: string): string {
  const [target] = built(more, server).targets ?? [];
  return (target as unknown as { readonly expr: string }).expr;
}

/** Texts that a column shows instead of values, by value. */
function texts(column: string, more: Partial<DashboardSubject> = {}): Record<string, { readonly text: string }> {
  const override = built(more).fieldConfig?.overrides.find(({ matcher }) => matcher.options === column);
  const mappings = override?.properties.find(({ id }) => id === "mappings")?.value as {
    readonly type: string;
    readonly options: object;
  }[];
  return mappings.find(({ type }) => type === "value")?.options as Record<string, { readonly text: string }>;
}

test("shows critical alerts first, then the newest ones, and no Watchdog", () => {
  expect(built().options).toMatchObject({
    sortBy: [
      { displayName: "Severity", desc: false },
      { displayName: "Since", desc: true },
    ],
  });
  expect(expression()).toContain('ALERTS_FOR_STATE{severity=~"warning|critical"}');
  expect(expression()).toContain('ALERTS{alertstate="firing",severity=~"warning|critical"}');
});

test("shows equal alerts of several Prometheus servers as one row", () => {
  expect(expression()).toContain("min by (severity, alertname, affected, instance)");
});

test("is a valid query, for all servers and for one", () => {
  const alerts = [Alert.custom({ ...custom, runbookUrl: 'https://wiki.example.com/$"queue' })];
  expect(promqlProblem(expression({ alerts }))).toBeUndefined();
  expect(promqlProblem(expression({ alerts }, ',instance="app"'))).toBeUndefined();
  expect(expression({}, ',instance="app"')).toContain('severity=~"warning|critical",instance="app"');
});

test("shows the server of an alert, unless all alerts are about one server", () => {
  const columns = (server?: string) => JSON.stringify(built({}, server).transformations);
  expect(columns()).toContain('"instance":"Server"');
  expect(columns(',instance="app"')).not.toContain("instance");
});

test("explains every built-in alert without templates", () => {
  const shown = texts("Meaning");
  for (const { name } of builtInAlerts) expect(shown[name]?.text).toMatch(/^[A-Z<][^{}$]+$/);
  expect(shown.ServerUnreachable?.text).toBe("The server is unreachable");
});

test("explains custom alerts, and shows the labels that their summary names", () => {
  const alerts = [Alert.custom(custom)];
  expect(texts("Meaning", { alerts }).QueueTooLong?.text).toBe("Queue <queue> of the server has … entries");
  expect(expression({ alerts })).toMatch(/label_join\(.*"affected", " ", .*"queue"/);
  expect(expression()).not.toContain('"queue"');
});

describe("runbooks", () => {
  const replacement = (url: string, names: string) => `"runbook", ${JSON.stringify(url)}, "alertname", "${names}")`;

  test("are those on Prometheus, read through Grafana", () => {
    expect(expression()).toContain(replacement("/api/datasources/proxy/uid/prometheus/user/runbooks.html#$1", "(.+)"));
  });

  test("are those of the user", () => {
    expect(expression({ runbooks: "https://wiki.example.com/" })).toContain(
      replacement("https://wiki.example.com/$1", "(.+)"),
    );
  });

  test("of custom alerts are their own, or none", () => {
    const url = "https://wiki.example.com/a$b";
    expect(expression({ alerts: [Alert.custom({ ...custom, runbookUrl: url })] })).toContain(
      replacement("https://wiki.example.com/a$$b", "QueueTooLong"),
    );
    expect(expression({ alerts: [Alert.custom(custom)] })).toContain(replacement("", "QueueTooLong"));
  });
});
