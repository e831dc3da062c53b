import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { alertmanagerConfig } from "../../../lib/receivers/alertmanager-config";
import { templateFiles } from "../../../lib/receivers/template-files";
import { amtool, amtoolTest, inConfigFolder } from "../../support/amtool";
import { everyKind } from "../../support/receivers";

interface Alert {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

const firing: Alert = {
  status: "firing",
  labels: { alertname: "DiskFull", instance: "web", monitoring: "prod", severity: "critical", mountpoint: "/var lib" },
  annotations: {
    summary: "/var lib on web is 93 % full",
    description: "Only 2 GiB are left.\nLook for logs.",
    runbook_url: "http://prometheus:9090/user/runbooks.html#DiskFull",
    dashboard: "cdktf-monitoring-server",
  },
  startsAt: "2026-11-25T01:02:03Z",
  endsAt: "0001-01-01T00:00:00Z",
};
const other: Alert = {
  ...firing,
  labels: { ...firing.labels, mountpoint: "/", severity: "warning" },
  annotations: { ...firing.annotations, summary: "/ on web is 82 % full" },
};
const resolved: Alert = { ...firing, status: "resolved", endsAt: "2026-11-25T02:14:37Z" };

/** Returns the data of a notification, as Alertmanager passes them to templates. */
function notificationOf(...alerts: readonly Alert[]): unknown {
  const common = (of: "labels" | "annotations"): Record<string, string> =>
    Object.fromEntries(
      Object.entries(alerts[0]?.[of] ?? {}).filter(([key, value]) => alerts.every((alert) => alert[of][key] === value)),
    );
  return {
    receiver: "ops",
    status: alerts.some(({ status }) => status === "firing") ? "firing" : "resolved",
    externalURL: "http://alertmanager:9093",
    groupLabels: { alertname: "DiskFull", instance: "web" },
    commonLabels: common("labels"),
    commonAnnotations: common("annotations"),
    alerts,
  };
}

/** Renders a built-in template. */
async function rendered(name: string, data: unknown, type = "text"): Promise<string> {
  return inConfigFolder({}, async (folder) => {
    writeFileSync(join(folder, "data.json"), JSON.stringify(data));
    const { ok, output } = await amtool(
      folder,
      ...["template", "render", "--template.glob=templates/*.tmpl", `--template.type=${type}`],
      ...[`--template.text={{ template "monitoring.${name}" . }}`, "--template.data=data.json"],
    );
    if (!ok) throw new Error(output);
    return output;
  });
}

const silence =
  "http://alertmanager:9093/#/silences/new?filter=%7Balertname%3D%22DiskFull%22%2Cinstance%3D%22web%22%2Cmonitoring%3D%22prod%22%2Cmountpoint%3D%22/var%20lib%22%2Cseverity%3D%22critical%22%7D";
const links = {
  runbook: "http://prometheus:9090/user/runbooks.html#DiskFull",
  dashboard: "http://grafana:3000/d/cdktf-monitoring-server?var-instance=web",
  silence,
  alerts: "http://alertmanager:9093/#/alerts?receiver=ops",
};

describe("a title", () => {
  amtoolTest("shows the severity, the summary and the server", async () => {
    expect(await rendered("title.plain", notificationOf(firing))).toBe("CRITICAL: /var lib on web is 93 % full");
    expect(await rendered("title.plain", notificationOf(other))).toBe("WARNING: / on web is 82 % full");
    expect(await rendered("title.plain", notificationOf(resolved))).toBe("RESOLVED: /var lib on web is 93 % full");
    expect(await rendered("title.plain", notificationOf(other, firing, resolved))).toBe(
      "CRITICAL: DiskFull on web, 2 firing, 1 resolved",
    );
    expect(await rendered("title.plain", notificationOf(resolved, resolved))).toBe(
      "RESOLVED: DiskFull on web, 2 resolved",
    );
  });

  amtoolTest("works without annotations, in one line", async () => {
    const bare = { ...firing, labels: { alertname: "Own" }, annotations: {} };
    const long = { ...firing, annotations: { summary: `a\n${"b".repeat(2000)}` } };
    expect(await rendered("title.plain", notificationOf(bare))).toBe("FIRING: Own");
    expect(await rendered("title.plain", notificationOf(bare, { ...bare, labels: { alertname: "Two" } }))).toBe(
      "FIRING: Alerts, 2 firing",
    );
    expect(await rendered("title.plain", notificationOf(long))).toMatch(/^CRITICAL: a b{898}…$/);
  });
});

describe("a text", () => {
  amtoolTest("of Slack shows the description, the facts and the links", async () => {
    expect(await rendered("text.slack", notificationOf(firing))).toBe(
      [
        "Only 2 GiB are left. Look for logs.",
        "critical · web · prod · since 2026-11-25 01:02 UTC · mountpoint=/var lib",
        "",
        `<${links.runbook}|Runbook> · <${links.dashboard}|Dashboard> · <${links.silence}|Silence> · <${links.alerts}|Alerts>`,
      ].join("\n"),
    );
  });

  amtoolTest("of a resolved alert shows its duration, and no link to a silence", async () => {
    expect(await rendered("text.plain", notificationOf(resolved))).toBe(
      [
        "RESOLVED: /var lib on web is 93 % full",
        "web · prod · from 2026-11-25 01:02 UTC · lasted 1h 12m 34s",
        "",
        `Runbook: ${links.runbook}`,
        `Dashboard: ${links.dashboard}`,
        `Alerts: ${links.alerts}`,
        "",
      ].join("\n"),
    );
  });

  amtoolTest("of several alerts shows the summary of each", async () => {
    const text = await rendered("text.markdown", notificationOf(firing, other, resolved));
    expect(text.split("\n\n")).toEqual([
      "**/var lib on web is 93 % full**",
      "Only 2 GiB are left. Look for logs.",
      "critical · web · prod · since 2026-11-25 01:02 UTC · mountpoint=/var lib",
      "**/ on web is 82 % full**",
      "Only 2 GiB are left. Look for logs.",
      "warning · web · prod · since 2026-11-25 01:02 UTC · mountpoint=/",
      "**Resolved: /var lib on web is 93 % full**",
      "web · prod · from 2026-11-25 01:02 UTC · lasted 1h 12m 34s",
      expect.stringMatching(
        /^\[Runbook\]\(http:.*\) · \[Dashboard\]\(http:.*\) · \[Silence\]\(http:.*%7D\) · \[Alerts\]/,
      ),
    ]);
  });

  amtoolTest("of many alerts shows the first alerts and the total number", async () => {
    const text = await rendered("text.telegram", notificationOf(...Array<Alert>(40).fill(firing)), "html");
    expect(text.match(/is 93 % full/g)).toHaveLength(3);
    expect(text).toContain("Showing 3 of 40 firing alerts.");
    expect(text.length).toBeLessThan(4096);
  });

  amtoolTest("contains no link to a missing dashboard, and one link for each different runbook", async () => {
    const annotations = { summary: "Full", runbook_url: links.runbook };
    const own = { ...firing, annotations: { ...annotations, runbook_url: "http://wiki/a b|c" } };
    const text = await rendered("text.slack", notificationOf({ ...firing, annotations }, own));
    expect(text).not.toContain("Dashboard");
    expect(text).toContain(`<${links.runbook}|Runbook>\n`);
    expect(text).toContain("<http://wiki/a%20b%7Cc|Runbook>\n");
  });
});

describe("markup in labels and annotations", () => {
  const nasty: Alert = {
    ...firing,
    labels: { ...firing.labels, mountpoint: '/<b>&"quoted" \\ |x]' },
    annotations: { summary: "<!channel> & [a](http://evil) *b* `c`", description: "<script>alert(1)</script>" },
  };

  amtoolTest("is escaped for Slack", async () => {
    expect(await rendered("title.slack", notificationOf(nasty))).toBe(
      "CRITICAL: &lt;!channel&gt; &amp; [a](http://evil) *b* `c`",
    );
    const text = await rendered("text.slack", notificationOf(nasty));
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(text).toContain('mountpoint=/&lt;b&gt;&amp;"quoted" \\ |x]');
    expect(text.match(/<[^>]*>/g)).toEqual([expect.stringMatching(/\|Silence>$/), expect.stringMatching(/\|Alerts>$/)]);
  });

  amtoolTest("is escaped for Markdown", async () => {
    const text = await rendered("text.markdown", notificationOf(nasty, nasty));
    expect(text).toContain("**\\<!channel\\> & \\[a\\]\\(http://evil\\) \\*b\\* \\`c\\`**");
  });

  amtoolTest("is escaped for HTML", async () => {
    const html = await rendered("mail", notificationOf(nasty), "html");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toContain("<script>");
    expect(html).toContain("border-left: 6px solid #c62828");
    expect(await rendered("text.telegram", notificationOf(nasty), "html")).toContain(
      "<b>CRITICAL: &lt;!channel&gt; &amp; [a](http://evil) *b* `c`</b>\n&lt;script&gt;",
    );
  });

  amtoolTest("is encoded in the link to a silence", async () => {
    for (const [name, type] of [
      ["text.plain", "text"],
      ["mail", "html"],
    ] as const) {
      const text = await rendered(name, notificationOf(nasty), type);
      const [, filter = ""] = /silences\/new\?filter=([^"\s]*)/.exec(text) ?? [];
      expect(decodeURIComponent(filter)).toBe(
        String.raw`{alertname="DiskFull",instance="web",monitoring="prod",mountpoint="/<b>&\"quoted\" \\ |x]",severity="critical"}`,
      );
      expect(filter).not.toMatch(/[<>|"()[\]&=# ]/);
    }
  });
});

amtoolTest("colours and severities follow the worst firing alert", async () => {
  const cases = { "color.slack": ["danger", "warning", "good"], "severity.pagerduty": ["critical", "warning", "info"] };
  for (const [name, [critical, warning, over]] of Object.entries(cases)) {
    expect(await rendered(name, notificationOf(other, firing))).toBe(critical);
    expect(await rendered(name, notificationOf(other, resolved))).toBe(warning);
    expect(await rendered(name, notificationOf(resolved))).toBe(over);
  }
});

test("configurations use only templates that exist", () => {
  const text = alertmanagerConfig({ receivers: everyKind, routing: {}, secretsDirectory: "secrets" });
  const [file] = templateFiles();
  const defined = [...(file?.content ?? "").matchAll(/define "([^"]+)"/g)].map(([, name]) => name);
  const used = [...`${text}${file?.content ?? ""}`.matchAll(/template "([^"]+)"/g)].map(([, name]) => name);
  expect(used.filter((name) => !defined.includes(name) && name !== "monitoring.grafana")).toEqual([]);
});

test("ntfy's templates fit into headers, and use only actions that ntfy allows", () => {
  const text = alertmanagerConfig({ receivers: everyKind, routing: {}, secretsDirectory: "secrets" });
  const { receivers } = parse(text) as { receivers: readonly { name: string; webhook_configs?: readonly Hook[] }[] };
  const headers = receivers.find(({ name }) => name === "phone")?.webhook_configs?.[0]?.http_config.http_headers ?? {};
  expect(Object.keys(headers)).toEqual(["X-Template", "X-Title", "X-Message", "X-Priority"]);
  for (const { values } of Object.values(headers)) {
    expect(values).toEqual([expect.stringMatching(/^[ -~]{1,1000}$/)]);
    expect(values[0]).not.toMatch(/\{\{-?\s*(call|template|define)\b/);
  }
});

interface Hook {
  readonly http_config: { readonly http_headers: Readonly<Record<string, { readonly values: readonly string[] }>> };
}
