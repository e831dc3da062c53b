import { readdirSync, readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { Alert } from "../../../lib/alerts/alert";
import { builtInAlerts } from "../../../lib/alerts/built-in";
import { Severity } from "../../../lib/alerts/rule";
import { runbook, runbooksDirectory, runbooksPage } from "../../../lib/alerts/runbooks";
import { alertPages } from "../../../lib/alerts/table";
import { packageRoot } from "../../../lib/paths";
import { allGroups, allLogGroups } from "../../support/alerts";

const names = builtInAlerts.map(({ name }) => name);

describe("docs/runbooks", () => {
  it("contains a runbook for each alert, and no other", () => {
    const files = readdirSync(runbooksDirectory).map((file) => basename(file, ".md"));
    expect(files.filter((name) => name !== "README").sort()).toEqual([...names].sort());
  });

  it.each(names)("%s has the sections Meaning, Impact, Diagnosis and Mitigation", (name) => {
    const headings = runbook(name)
      .split("\n")
      .filter((line) => /^#+ /.test(line));
    expect(headings).toEqual([`# ${name}`, "## Meaning", "## Impact", "## Diagnosis", "## Mitigation"]);
    const lines = runbook(name).split("\n").length;
    expect(lines).toBeGreaterThanOrEqual(15);
    expect(lines).toBeLessThanOrEqual(36);
  });

  it.each(names)("%s links only to runbooks that exist", (name) => {
    const links = [...runbook(name).matchAll(/\[(\w+)\]\(([^)]*)\)/g)];
    expect(links.filter(([, text = "", target]) => target !== `${text}.md` || !names.includes(text))).toEqual([]);
    const mentioned = runbook(name).replace(/\[\w+\]\([^)]*\)|`[^`]*`/g, "");
    expect(names.filter((other) => other !== name && new RegExp(`\\b${other}\\b`).test(mentioned))).toEqual([]);
  });
});

it.each(alertPages().map((page) => [relative(packageRoot, page.path), page] as const))(
  "%s is up to date (otherwise: npm run alert-table)",
  (_, { path, content }) => {
    expect(readFileSync(path, "utf8")).toBe(content);
  },
);

it("the alert reference has a meaning for each alert", () => {
  const [reference] = alertPages();
  const rows = [...(reference?.content ?? "").matchAll(/^\| \[(\w+)\]\(.*?\) \| [^|]+ \| [A-Za-z][^|]+\. \|/gm)];
  expect(rows.map(([, name]) => name)).toEqual(names);
});

describe("runbooksPage", () => {
  const html = runbooksPage([
    ...allGroups(Alert.tune("DiskFull", { for: "1m", thresholds: { critical: 97 } })),
    ...allLogGroups(),
  ]);

  it("has an anchor for each alert", () => {
    const anchors = [...html.matchAll(/<section id="(\w+)">/g)].map(([, name]) => name);
    expect(anchors).toEqual(names);
  });

  it("shows the deployed rules", () => {
    const section = /<section id="DiskFull">.*?<\/section>/s.exec(html)?.[0];
    expect(section).toContain("<strong>critical</strong>, fires after 1m:");
    expect(section).toContain("node_filesystem_avail_bytes) &gt; 97");
  });

  it("links from one alert to another", () => {
    expect(html).toContain('see <a href="#MemoryShort">MemoryShort</a>');
    expect(html).not.toContain(".md");
  });

  it("mentions alerts that are off without a link", () => {
    const some = runbooksPage(allGroups(Alert.off("MemoryShort")));
    expect(some).toContain("see MemoryShort");
    expect(some).not.toContain("#MemoryShort");
  });

  it("loads nothing from other addresses", () => {
    expect(html).not.toMatch(/<(script|link|img|iframe)\b|@import|url\(/);
  });

  it("leaves out alerts that are off, and custom alerts", () => {
    const own = Alert.custom({
      name: "QueueTooLong",
      expr: "queue_length > 100",
      severity: Severity.WARNING,
      summary: "long",
      description: "long",
    });
    const some = runbooksPage(allGroups(Alert.off("DiskFull"), own));
    expect(some).not.toContain('id="DiskFull"');
    expect(some).not.toContain("QueueTooLong");
    expect(runbooksPage([])).toContain("<h1>Runbooks</h1>");
  });
});
