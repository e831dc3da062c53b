import MarkdownIt from "markdown-it";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../paths";
import { builtInAlerts } from "./built-in";
import { AlertRule, RuleGroup } from "./rule";

/** Where the pages are: one per alert, as `<name>.md`. */
export const runbooksDirectory: string = join(packageRoot, "docs", "runbooks");

/**
 * The runbooks of the built-in alerts among some rules as one page of HTML, which needs nothing from elsewhere. Each has
 * its alert's name as its anchor, and shows the rules as they are deployed.
 */
export function runbooksPage(groups: readonly RuleGroup[]): string {
  const builtIn = new Set(builtInAlerts.map(({ name }) => name));
  const rules = groups.flatMap(({ alerts }) => alerts).filter(({ name }) => builtIn.has(name));
  const names = [...new Set(rules.map(({ name }) => name))];
  const markdown = renderer(names);
  const sections = names.map((name) => {
    const text = readFileSync(join(runbooksDirectory, `${name}.md`), "utf8");
    const facts = rules.filter((rule) => rule.name === name).map(fact);
    return `<section id="${name}">\n${markdown.render(text)}<h2>The rule</h2>\n${markdown.render(facts.join("\n"))}</section>`;
  });
  return [HEAD, `<nav>${names.map(link).join(" ")}</nav>`, ...sections, "</main>", "</html>", ""].join("\n");
}

function fact({ severity, for: duration, expr }: AlertRule): string {
  const when = duration === undefined ? "at once" : `when it has been so for ${duration}`;
  return `**${severity}**, ${when}:\n\n\`\`\`\n${expr}\n\`\`\`\n`;
}

function link(name: string): string {
  return `<a href="#${name}">${name}</a>`;
}

/** A renderer of Markdown that makes links of alerts' names, and lets no HTML through. */
function renderer(names: readonly string[]): MarkdownIt {
  const markdown = new MarkdownIt({ html: false });
  const plain = markdown.renderer.rules.text;
  const mentioned = new RegExp(`\\b(${names.join("|")})\\b`, "g");
  markdown.renderer.rules.text = (tokens, index, options, env, self) => {
    const text = plain?.(tokens, index, options, env, self) ?? "";
    return names.length === 0 ? text : text.replace(mentioned, (name) => link(name));
  };
  return markdown;
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
<h1>Runbooks</h1>`;
