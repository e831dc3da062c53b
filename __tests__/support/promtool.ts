import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AlertRule, RuleGroup } from "../../lib/alerts/rule";
import { ruleFile } from "../../lib/alerts/rule-file";
import { groupBy } from "../../lib/grouping";
import { metricsIn } from "../../lib/metrics/promql";
import { Firing, Situation } from "./promises";

/** A test that runs the real promtool; where there is none it is skipped, and says why. */
export const promtoolTest = (name: string, body: () => Promise<void>, seconds = 60): void => {
  if (process.env.PROMTOOL) test(name, body, seconds * 1000);
  else test.skip(`${name} (skipped: there is no promtool; "npm test" says why)`, body);
};

/** Files by their names, in a folder that is gone at the end. */
export async function inFolder<T>(
  files: Readonly<Record<string, string>>,
  action: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "promtool-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs promtool in a folder. Returns its exit status and all that it said. */
export async function promtool(
  cwd: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((done, reject) => {
    const child = spawn(process.env.PROMTOOL ?? "promtool", args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    child.on("error", reject);
    child.on("close", (code) => {
      done({ code: code ?? 1, said });
    });
  });
}

/** How much of the annotations a test compares: promtool wants all that the rules have, or none. */
export enum Annotations {
  NONE = "none",
  SUMMARY = "summary",
  BOTH = "both",
}

/** A check: that some alerts, and no others of that name, fire at a time of a situation. */
export interface Check {
  readonly situation: Situation;
  readonly minute: number;
  readonly firing: readonly Firing[];
}

/** All checks of situations. */
export function checksOf(situations: readonly Situation[]): Check[] {
  return situations.flatMap((situation) =>
    Object.entries(situation.fires).map(([minute, firing]) => ({ situation, minute: Number(minute), firing })),
  );
}

/** How much of the annotations a check can compare. */
function comparedBy({ firing }: Check): Annotations {
  const texts = firing.map(({ says }) => says);
  if (texts.length === 0 || texts.some((text) => text === undefined)) return Annotations.NONE;
  return texts.every((text) => text?.description !== undefined) ? Annotations.BOTH : Annotations.SUMMARY;
}

/** Rules, and what is checked of them. */
export interface RuleTest {
  readonly groups: readonly RuleGroup[];
  readonly checks: readonly Check[];
  readonly annotations: Annotations;
}

/** The tests of some alerts' rules: of each apart, for the fewer rules the less promtool reckons. */
export function ruleTests(groups: readonly RuleGroup[], situations: readonly Situation[]): RuleTest[] {
  const apart = groupBy(checksOf(situations), (check) =>
    [check.situation.alert, stepOf(check), comparedBy(check)].join(),
  );
  return [...apart.values()].flatMap((checks) =>
    checks.slice(0, 1).map((first) => ({
      groups: groupsOf(groups, first.situation.alert),
      checks,
      annotations: comparedBy(first),
    })),
  );
}

/** The tests of one alert's rules that leave its texts alone. */
export function bareRuleTests(groups: readonly RuleGroup[], situations: readonly Situation[]): RuleTest[] {
  return [...groupBy(checksOf(situations), stepOf).values()].map((checks) => ({
    groups,
    checks,
    annotations: Annotations.NONE,
  }));
}

function stepOf({ situation }: Check): number {
  return situation.step ?? 1;
}

/**
 * Runs tests of rules, several at a time.
 *
 * @returns what promtool found wrong with each, or undefined
 */
export async function runRuleTests(tests: readonly RuleTest[], processes = 2): Promise<(string | undefined)[]> {
  const files = tests.flatMap((test, index) => [
    [`${index}.rules`, rulesWith(test.groups, test.annotations)],
    [`${index}.test`, testFile(test, `${index}.rules`)],
  ]);
  return inFolder(Object.fromEntries(files) as Record<string, string>, async (folder) => {
    const found: (string | undefined)[] = [];
    const waiting = [...tests.keys()];
    const work = async (): Promise<void> => {
      for (let batch = waiting.splice(0, BATCH); batch.length > 0; batch = waiting.splice(0, BATCH)) {
        const outcomes = await runFiles(folder, batch);
        for (const [position, index] of batch.entries()) found[index] = outcomes[position];
      }
    };
    await Promise.all(Array.from({ length: processes }, work));
    return found;
  });
}

/** How many files a promtool gets: its start takes as long as a small test. */
const BATCH = 20;

async function runFiles(folder: string, indexes: readonly number[]): Promise<(string | undefined)[]> {
  const { said } = await promtool(folder, "test", "rules", ...indexes.map((index) => `${index}.test`));
  // It says so of each file, in their order.
  const outcomes = said.split(/^ {2}(?=SUCCESS|FAILED)/m).slice(1);
  if (outcomes.length !== indexes.length)
    throw new Error(`promtool told of ${outcomes.length} of ${indexes.length} files:\n${said}`);
  return outcomes.map((outcome) => (outcome.startsWith("SUCCESS") ? undefined : outcome.trim()));
}

/** The checks as a file for `promtool test rules`; JSON is YAML, too. */
function testFile({ checks, annotations }: RuleTest, rules: string): string {
  // All of a test have the same step.
  const step = `${Math.max(...checks.map(stepOf))}m`;
  return JSON.stringify({
    rule_files: [rules],
    evaluation_interval: step,
    tests: [...groupBy(checks, ({ situation }) => situation)].map(([{ alert, when, series }, own]) => ({
      name: `${alert}: ${when}`,
      interval: step,
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: own.map(({ minute, firing }) => ({
        eval_time: `${minute}m`,
        alertname: alert,
        exp_alerts: firing.map(({ severity, labels, says }) => ({
          exp_labels: { ...labels, severity },
          exp_annotations: says ? annotationsOf(says, annotations) : {},
        })),
      })),
    })),
  });
}

/** Rules as promtool reads them, with so much of their annotations. */
function rulesWith(groups: readonly RuleGroup[], annotations: Annotations): string {
  const cut = (rule: AlertRule): AlertRule => ({ ...rule, annotations: annotationsOf(rule.annotations, annotations) });
  return ruleFile(groups.map((group) => ({ ...group, alerts: group.alerts.map(cut) })));
}

function annotationsOf(
  { summary, description = "" }: { readonly summary: string; readonly description?: string },
  annotations: Annotations,
): AlertRule["annotations"] {
  if (annotations === Annotations.BOTH) return { summary, description };
  // What is not compared is not in the rule file either.
  return (annotations === Annotations.SUMMARY ? { summary } : {}) as AlertRule["annotations"];
}

/** The rules of one alert, with the recordings that they read. */
export function groupsOf(groups: readonly RuleGroup[], alert: string): RuleGroup[] {
  return groups.flatMap((group) => {
    const alerts = group.alerts.filter(({ name }) => name === alert);
    if (alerts.length === 0) return [];
    const read = new Set(alerts.flatMap(({ expr }) => metricsIn(expr)));
    return [{ ...group, alerts, recordings: group.recordings.filter(({ record }) => read.has(record)) }];
  });
}
