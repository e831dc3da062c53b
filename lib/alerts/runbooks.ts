import MarkdownIt from "markdown-it";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../paths";
import { builtInAlerts } from "./built-in";
import { AlertRule, RuleGroup } from "./rule";

/** Folder with one Markdown page per built-in alert, `<name>.md`. */
export const runbooksDirectory: string = join(packageRoot, "docs", "runbooks");

/** Returns the runbook of a built-in alert, in Markdown. */
export function runbook(name: string): string {
  return readFileSync(join(runbooksDirectory, `${name}.md`), "utf8");
}

/**
 * Renders the runbooks of the built-in alerts among `groups` as one self-contained HTML page. Each section shows the
 * deployed rules of its alert, and has the alert's name as its anchor.
 */
export function runbooksPage(groups: readonly RuleGroup[]): string {
  const builtIn = new Set(builtInAlerts.map(({ name }) => name));
  const rules = groups.flatMap(({ alerts }) => alerts).filter(({ name }) => builtIn.has(name));
  const names = [...new Set(rules.map(({ name }) => name))];
  const markdown = new MarkdownIt({ html: false });
  const sections = names.map((name) => {
    const text = linkedWithin(runbook(name), names);
    const deployed = rules.filter((rule) => rule.name === name).map(ruleText);
    return `<section id="${name}">\n${markdown.render(text)}<h2>Rules</h2>\n${markdown.render(deployed.join("\n"))}</section>`;
  });
  return [HEAD, `<nav>${names.map(link).join(" ")}</nav>`, ...sections, "</main>", "</html>", ""].join("\n");
}

/** Points links to other runbooks at the sections of the page. Alerts without a section become plain text. */
function linkedWithin(text: string, names: readonly string[]): string {
  return text.replace(/\[(\w+)\]\(\1\.md\)/g, (_, name: string) =>
    names.includes(name) ? `[${name}](#${name})` : name,
  );
}

function ruleText({ severity, for: duration, expr }: AlertRule): string {
  const when = duration === undefined ? "fires immediately" : `fires after ${duration}`;
  return `**${severity}**, ${when}:\n\n\`\`\`\n${expr}\n\`\`\`\n`;
}

function link(name: string): string {
  return `<a href="#${name}">${name}</a>`;
}

const HEAD = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Runbooks</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 50rem; padding: 1rem; }
nav { font-size: 0.85rem; }
nav a { display: inline-block; margin-right: 0.5rem; }
section { border-top: 1px solid; margin-top: 3rem; }
section:target > h1 { text-decoration: underline; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.1rem; }
pre { border: 1px solid; font-size: 0.85rem; overflow-x: auto; padding: 0.5rem; }
</style>
<main>
<h1>Runbooks</h1>
<p>Run the commands as root on the server in the alert's label <code>instance</code>, unless a comment names another server.
Run <code>npm run …</code> on the controller, in the clone. In a project that uses the package,
<code>npx cdktf-monitoring</code> replaces <code>npm run</code>: <code>npx cdktf-monitoring play prometheus --force</code>.</p>
<p>With <code>Transport.plain()</code>, use <code>http</code> without certificates for node exporters and log agents, and the
ports 9090, 9093 and 3000 at the address of the server instead of 9190, 9193 and 3190 on the loopback address.</p>`;
