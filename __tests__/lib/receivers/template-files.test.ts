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

/** Data of a message about alerts, as Alertmanager makes them. */
function about(...alerts: readonly Alert[]): unknown {
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

/** What our template of a name makes of data. */
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
  amtoolTest("says how bad, what and where", async () => {
    expect(await rendered("title.plain", about(firing))).toBe("CRITICAL: /var lib on web is 93 % full");
    expect(await rendered("title.plain", about(other))).toBe("WARNING: / on web is 82 % full");
    expect(await rendered("title.plain", about(resolved))).toBe("RESOLVED: /var lib on web is 93 % full");
    expect(await rendered("title.plain", about(other, firing, resolved))).toBe(
      "CRITICAL: DiskFull on web, 2 firing, 1 resolved",
    );
    expect(await rendered("title.plain", about(resolved, resolved))).toBe("RESOLVED: DiskFull on web, 2 resolved");
  });

  amtoolTest("does with what there is, in one line", async () => {
    const bare = { ...firing, labels: { alertname: "Own" }, annotations: {} };
    const long = { ...firing, annotations: { summary: `a\n${"b".repeat(2000)}` } };
    expect(await rendered("title.plain", about(bare))).toBe("FIRING: Own");
    expect(await rendered("title.plain", about(bare, { ...bare, labels: { alertname: "Two" } }))).toBe(
      "FIRING: Alerts, 2 firing",
    );
    expect(await rendered("title.plain", about(long))).toMatch(/^CRITICAL: a b{898}…$/);
  });
});

describe("a text", () => {
  amtoolTest("of Slack tells what, where, since when, how bad and where to go", async () => {
    expect(await rendered("text.slack", about(firing))).toBe(
      [
        "Only 2 GiB are left. Look for logs.",
        "critical · web · prod · since 2026-11-25 01:02 UTC · mountpoint=/var lib",
        "",
        `<${links.runbook}|Runbook> · <${links.dashboard}|Dashboard> · <${links.silence}|Silence> · <${links.alerts}|Alerts>`,
      ].join("\n"),
    );
  });

  amtoolTest("tells how long it lasted when it is over, and offers no silence", async () => {
    expect(await rendered("text.plain", about(resolved))).toBe(
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

  amtoolTest("of several has each with its name", async () => {
    const text = await rendered("text.markdown", about(firing, other, resolved));
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

  amtoolTest("of many shows the first, and tells how many there are", async () => {
    const text = await rendered("text.telegram", about(...Array<Alert>(40).fill(firing)), "html");
    expect(text.match(/is 93 % full/g)).toHaveLength(3);
    expect(text).toContain("These are 3 of 40 (firing).");
    expect(text.length).toBeLessThan(4096);
  });

  amtoolTest(
    "links to no dashboard where there is none, and to each alert's own runbook where they differ",
    async () => {
      const annotations = { summary: "Full", runbook_url: links.runbook };
      const own = { ...firing, annotations: { ...annotations, runbook_url: "http://wiki/a b|c" } };
      const text = await rendered("text.slack", about({ ...firing, annotations }, own));
      expect(text).not.toContain("Dashboard");
      expect(text).toContain(`<${links.runbook}|Runbook>\n`);
      expect(text).toContain("<http://wiki/a%20b%7Cc|Runbook>\n");
    },
  );
});

describe("what means something elsewhere", () => {
  const nasty: Alert = {
    ...firing,
    labels: { ...firing.labels, mountpoint: '/<b>&"quoted" \\ |x]' },
    annotations: { summary: "<!channel> & [a](http://evil) *b* `c`", description: "<script>alert(1)</script>" },
  };

  amtoolTest("is text to Slack", async () => {
    expect(await rendered("title.slack", about(nasty))).toBe(
      "CRITICAL: &lt;!channel&gt; &amp; [a](http://evil) *b* `c`",
    );
    const text = await rendered("text.slack", about(nasty));
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(text).toContain('mountpoint=/&lt;b&gt;&amp;"quoted" \\ |x]');
    expect(text.match(/<[^>]*>/g)).toEqual([expect.stringMatching(/\|Silence>$/), expect.stringMatching(/\|Alerts>$/)]);
  });

  amtoolTest("is text to Markdown", async () => {
    const text = await rendered("text.markdown", about(nasty, nasty));
    expect(text).toContain("**\\<!channel\\> & \\[a\\]\\(http://evil\\) \\*b\\* \\`c\\`**");
  });

  amtoolTest("is text to HTML", async () => {
    const html = await rendered("mail", about(nasty), "html");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toContain("<script>");
    expect(html).toContain("border-left: 6px solid #c62828");
    expect(await rendered("text.telegram", about(nasty), "html")).toContain(
      "<b>CRITICAL: &lt;!channel&gt; &amp; [a](http://evil) *b* `c`</b>\n&lt;script&gt;",
    );
  });

  amtoolTest("stays what it is in the form for a silence", async () => {
    for (const [name, type] of [
      ["text.plain", "text"],
      ["mail", "html"],
    ] as const) {
      const text = await rendered(name, about(nasty), type);
      const [, filter = ""] = /silences\/new\?filter=([^"\s]*)/.exec(text) ?? [];
      expect(decodeURIComponent(filter)).toBe(
        String.raw`{alertname="DiskFull",instance="web",monitoring="prod",mountpoint="/<b>&\"quoted\" \\ |x]",severity="critical"}`,
      );
      expect(filter).not.toMatch(/[<>|"()[\]&=# ]/);
    }
  });
});

amtoolTest("colours and severities follow the worst that fires", async () => {
  const cases = { "color.slack": ["danger", "warning", "good"], "severity.pagerduty": ["critical", "warning", "info"] };
  for (const [name, [critical, warning, over]] of Object.entries(cases)) {
    expect(await rendered(name, about(other, firing))).toBe(critical);
    expect(await rendered(name, about(other, resolved))).toBe(warning);
    expect(await rendered(name, about(resolved))).toBe(over);
  }
});

test("configurations use no template that there is not", () => {
  const text = alertmanagerConfig({ receivers: everyKind, routing: {}, secretsDirectory: "secrets" });
  const [file] = templateFiles();
  const defined = [...(file?.content ?? "").matchAll(/define "([^"]+)"/g)].map(([, name]) => name);
  const used = [...`${text}${file?.content ?? ""}`.matchAll(/template "([^"]+)"/g)].map(([, name]) => name);
  expect(used.filter((name) => !defined.includes(name) && name !== "monitoring.grafana")).toEqual([]);
});

test("what ntfy is told fits into a header, and is what its server allows", () => {
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
