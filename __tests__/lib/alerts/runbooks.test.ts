import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Alert } from "../../../lib/alerts/alert";
import { builtInAlerts } from "../../../lib/alerts/built-in";
import { Severity } from "../../../lib/alerts/rule";
import { runbooksDirectory, runbooksPage } from "../../../lib/alerts/runbooks";
import { withAlertTable } from "../../../lib/alerts/table";
import { allGroups, allLogGroups } from "../../support/alerts";

const names = builtInAlerts.map(({ name }) => name);
const page = (name: string): string => readFileSync(join(runbooksDirectory, `${name}.md`), "utf8");

describe("docs/runbooks", () => {
  test("has a page for each alert, and for nothing else", () => {
    const pages = readdirSync(runbooksDirectory).map((file) => basename(file, ".md"));
    expect(pages.filter((name) => name !== "README").sort()).toEqual([...names].sort());
  });

  test.each(names)("%s says what it means, how to look and how to mend", (name) => {
    const headings = page(name)
      .split("\n")
      .filter((line) => /^#+ /.test(line) && line !== "# on it");
    expect(headings).toEqual([`# ${name}`, "## How to look", "## How to mend"]);
    const lines = page(name).split("\n").length;
    expect(lines).toBeGreaterThanOrEqual(15);
    expect(lines).toBeLessThanOrEqual(35);
  });

  test.each(names)("%s mentions only alerts that there are", (name) => {
    const mentioned = [...page(name).matchAll(/\bsee ([A-Z][a-z]+[A-Z][A-Za-z]+)/g)].map(([, other]) => other);
    expect(mentioned.filter((other) => !names.includes(other ?? ""))).toEqual([]);
  });

  test("README.md has the table of all alerts as it is (else: npm run alert-table)", () => {
    expect(page("README")).toBe(withAlertTable(page("README")));
  });
});

describe("the page of HTML", () => {
  const html = runbooksPage([
    ...allGroups(Alert.tune("DiskFull", { for: "1m", thresholds: { critical: 97 } })),
    ...allLogGroups(),
  ]);

  test("has an anchor for each alert", () => {
    const anchors = [...html.matchAll(/<section id="(\w+)">/g)].map(([, name]) => name);
    expect(anchors).toEqual(names);
  });

  test("shows the rules as they are deployed", () => {
    const section = /<section id="DiskFull">.*?<\/section>/s.exec(html)?.[0];
    expect(section).toContain("<strong>critical</strong>, when it has been so for 1m:");
    expect(section).toContain("node_filesystem_avail_bytes) &gt; 97");
  });

  test("links from one alert to another", () => {
    expect(html).toContain('see <a href="#MemoryShort">MemoryShort</a>');
  });

  test("needs nothing from elsewhere", () => {
    expect(html).not.toMatch(/<(script|link|img|iframe)\b|@import|url\(/);
  });

  test("leaves out what is off, and users' own alerts", () => {
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
