import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AlertRule, RuleGroup } from "../../lib/alerts/rule";
import { ruleFile } from "../../lib/alerts/rule-file";
import { groupBy } from "../../lib/grouping";
import { metricsIn } from "../../lib/metrics/promql";
import { Firing, Situation } from "./expectations";

/** A test that runs the real promtool. Without promtool it is skipped, and its name contains the reason. */
export const promtoolTest = (name: string, body: () => Promise<void>, seconds = 60): void => {
  if (process.env.PROMTOOL) test(name, body, seconds * 1000);
  else test.skip(`${name} (skipped: no promtool; "npm test" shows the reason)`, body);
};

/** Runs `action` in a temporary folder with `files`, which are given by name. */
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

/** Runs promtool in a folder. Returns its exit status and its output (stdout and stderr). */
export async function promtool(
  cwd: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done, reject) => {
    const child = spawn(process.env.PROMTOOL ?? "promtool", args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.on("error", reject);
    child.on("close", (code) => {
      done({ code: code ?? 1, output });
    });
  });
}

/** The annotations that a test compares. promtool compares all annotations of a rule, or none. */
export enum Annotations {
  NONE = "none",
  SUMMARY = "summary",
  BOTH = "both",
}

/** A check that exactly these alerts of a name fire at a minute of a situation. */
export interface Check {
  readonly situation: Situation;
  readonly minute: number;
  readonly firing: readonly Firing[];
}

/** Returns all checks of the situations. */
export function checksOf(situations: readonly Situation[]): Check[] {
  return situations.flatMap((situation) =>
    Object.entries(situation.fires).map(([minute, firing]) => ({ situation, minute: Number(minute), firing })),
  );
}

/** Returns the annotations that a check can compare. */
function comparedBy({ firing }: Check): Annotations {
  const texts = firing.map(({ annotations }) => annotations);
  if (texts.length === 0 || texts.some((text) => text === undefined)) return Annotations.NONE;
  return texts.every((text) => text?.description !== undefined) ? Annotations.BOTH : Annotations.SUMMARY;
}

/** Rules and the checks that run against them. */
export interface RuleTest {
  readonly groups: readonly RuleGroup[];
  readonly checks: readonly Check[];
  readonly compared: Annotations;
}

/** Returns the tests of all situations, one or more per alert, because promtool is faster with fewer rules. */
export function ruleTests(groups: readonly RuleGroup[], situations: readonly Situation[]): RuleTest[] {
  const grouped = groupBy(checksOf(situations), (check) =>
    [check.situation.alert, stepOf(check), comparedBy(check)].join(),
  );
  return [...grouped.values()].flatMap((checks) =>
    checks.slice(0, 1).map((first) => ({
      groups: groupsOf(groups, first.situation.alert),
      checks,
      compared: comparedBy(first),
    })),
  );
}

/** Returns the tests of one alert's rules, without its annotations. */
export function bareRuleTests(groups: readonly RuleGroup[], situations: readonly Situation[]): RuleTest[] {
  return [...groupBy(checksOf(situations), stepOf).values()].map((checks) => ({
    groups,
    checks,
    compared: Annotations.NONE,
  }));
}

function stepOf({ situation }: Check): number {
  return situation.step ?? 1;
}

/**
 * Runs rule tests in parallel.
 *
 * @returns promtool's message for each test that failed, and undefined for each test that passed
 */
export async function runRuleTests(tests: readonly RuleTest[], processes = 2): Promise<(string | undefined)[]> {
  const files = tests.flatMap((test, index) => [
    [`${index}.rules`, rulesWith(test.groups, test.compared)],
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

/** Test files per promtool process, because starting promtool takes as long as a small test. */
const BATCH = 20;

async function runFiles(folder: string, indexes: readonly number[]): Promise<(string | undefined)[]> {
  const { output } = await promtool(folder, "test", "rules", ...indexes.map((index) => `${index}.test`));
  // promtool prints the result of each file in order.
  const outcomes = output.split(/^ {2}(?=SUCCESS|FAILED)/m).slice(1);
  if (outcomes.length !== indexes.length)
    throw new Error(`promtool printed ${outcomes.length} results for ${indexes.length} files:\n${output}`);
  return outcomes.map((outcome) => (outcome.startsWith("SUCCESS") ? undefined : outcome.trim()));
}

/** Returns the checks as a file for `promtool test rules`, in JSON, which is valid YAML. */
function testFile({ checks, compared }: RuleTest, rules: string): string {
  // All checks of a test have the same step.
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
        exp_alerts: firing.map(({ severity, labels, annotations }) => ({
          exp_labels: { ...labels, severity },
          exp_annotations: annotations ? annotationsOf(annotations, compared) : {},
        })),
      })),
    })),
  });
}

/** Returns the rule file with only the annotations that are compared. */
function rulesWith(groups: readonly RuleGroup[], compared: Annotations): string {
  const cut = (rule: AlertRule): AlertRule => ({ ...rule, annotations: annotationsOf(rule.annotations, compared) });
  return ruleFile(groups.map((group) => ({ ...group, alerts: group.alerts.map(cut) })));
}

function annotationsOf(
  { summary, description = "" }: { readonly summary: string; readonly description?: string },
  compared: Annotations,
): AlertRule["annotations"] {
  if (compared === Annotations.BOTH) return { summary, description };
  return (compared === Annotations.SUMMARY ? { summary } : {}) as AlertRule["annotations"];
}

/** Returns the rules of one alert, with the recording rules that they read. */
export function groupsOf(groups: readonly RuleGroup[], alert: string): RuleGroup[] {
  return groups.flatMap((group) => {
    const alerts = group.alerts.filter(({ name }) => name === alert);
    if (alerts.length === 0) return [];
    const read = new Set(alerts.flatMap(({ expr }) => metricsIn(expr)));
    return [{ ...group, alerts, recordings: group.recordings.filter(({ record }) => read.has(record)) }];
  });
}
