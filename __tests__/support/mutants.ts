import { parser } from "@prometheus-io/lezer-promql";
import { builtInAlerts } from "../../lib/alerts/built-in";
import { AlertDefinition, Threshold } from "../../lib/alerts/definition";
import { AlertRule, Evaluator, RecordingRule, RuleGroup, Severity } from "../../lib/alerts/rule";
import { durationSeconds } from "../../lib/units";
import { allGroups, SURROUNDINGS } from "./alerts";
import { expectations } from "../lib/alerts/expectations";
import { Situation } from "./expectations";
import { bareRuleTests, groupsOf, runRuleTests } from "./promtool";

/** An alert's rules with one change that a test must detect. */
export interface Mutant {
  readonly alert: string;
  /** Description of the change. */
  readonly change: string;
  readonly groups: readonly RuleGroup[];
}

/** The result of running the tests against mutants. */
export interface MutationScore {
  readonly mutants: number;
  /** Mutants that no check detected. */
  readonly survivors: readonly Mutant[];
}

/** Returns all mutants of the built-in alerts. */
export function mutantsOf(alerts: readonly string[] = builtInAlerts.map(({ name }) => name)): Mutant[] {
  const groups = allGroups();
  return builtInAlerts
    .filter(({ name, evaluator }) => alerts.includes(name) && evaluator !== Evaluator.LOKI)
    .flatMap((definition) => {
      const rules = groupsOf(groups, definition.name);
      return [...thresholdMutants(definition, rules), ...ruleMutants(definition.name, rules)];
    });
}

/** Runs the checks of each mutant's alert against it. */
export async function runMutants(mutants: readonly Mutant[]): Promise<MutationScore> {
  const tests = mutants.flatMap((mutant) =>
    bareRuleTests(mutant.groups, situationsOf(mutant.alert)).map((test) => ({ mutant, test })),
  );
  const found = await runRuleTests(tests.map(({ test }) => test));
  const detected = new Set(tests.flatMap(({ mutant }, index) => (found[index] === undefined ? [] : [mutant])));
  return { mutants: mutants.length, survivors: mutants.filter((mutant) => !detected.has(mutant)) };
}

function situationsOf(alert: string): Situation[] {
  return expectations.filter((situation) => situation.alert === alert);
}

/** Returns mutants with each threshold slightly higher and lower. */
function thresholdMutants({ name, thresholds, levels }: AlertDefinition, groups: readonly RuleGroup[]): Mutant[] {
  const values = Object.fromEntries(Object.entries(thresholds).map(([key, { value }]) => [key, value]));
  return Object.entries(thresholds).flatMap(([key, threshold]) =>
    [-1, 1].map((direction) => {
      const value = Number((threshold.value + direction * step(threshold)).toPrecision(6));
      const shifted = { ...values, [key]: value };
      const exprs = new Map(
        levels.map((level) => [level.expr(values, SURROUNDINGS), level.expr(shifted, SURROUNDINGS)]),
      );
      return {
        alert: name,
        change: `${key} ${value} instead of ${threshold.value} ${threshold.unit}`,
        groups: mapAlerts(groups, (rule) => ({ ...rule, expr: exprs.get(rule.expr) ?? rule.expr })),
      };
    }),
  );
}

/** Returns by how much a threshold changes: 5 % of its value, and for counts a whole number of at least 1. */
function step({ value, unit }: Threshold): number {
  if (["percent", "seconds", "hours"].includes(unit)) return value / 20;
  return Number.isInteger(value) ? Math.max(1, Math.floor(value / 20)) : value / 20;
}

function ruleMutants(alert: string, groups: readonly RuleGroup[]): Mutant[] {
  const mutants: Mutant[] = [];
  for (const rule of groups.flatMap(({ alerts }) => alerts)) {
    for (const [change, changed] of [...expressionChanges(rule), ...durations(rule), ...severities(rule)])
      mutants.push({
        alert,
        change: `${rule.severity}: ${change}`,
        groups: mapAlerts(groups, (other) => (other === rule ? changed : other)),
      });
  }
  for (const recording of groups.flatMap(({ recordings }) => recordings)) {
    for (const [change, changed] of expressionChanges(recording))
      mutants.push({
        alert,
        change: `${recording.record}: ${change}`,
        groups: groups.map((group) => ({
          ...group,
          recordings: group.recordings.map((other) => (other === recording ? changed : other)),
        })),
      });
  }
  return mutants;
}

function mapAlerts(groups: readonly RuleGroup[], change: (rule: AlertRule) => AlertRule): RuleGroup[] {
  return groups.map((group) => ({ ...group, alerts: group.alerts.map(change) }));
}

/** The replacements of each comparison, set operator and matcher: its bound and its opposite. */
const SWAPS: Readonly<Record<string, readonly string[]>> = {
  ">": [">=", "<"],
  ">=": [">", "<"],
  "<": ["<=", ">"],
  "<=": ["<", ">"],
  "==": ["!="],
  "!=": ["=="],
  and: ["unless", "or"],
  unless: ["and", "or"],
  or: ["and"],
  "=": ["!="],
  "=~": ["!~"],
  "!~": ["=~"],
};

function expressionChanges<Rule extends AlertRule | RecordingRule>(rule: Rule): [string, Rule][] {
  const changes: [string, Rule][] = [];
  const { expr } = rule;
  parser.parse(expr).iterate({
    enter: ({ node, from, to }) => {
      const text = expr.slice(from, to);
      // Leaves that are not names or strings are operators or numbers. A label may be called "and".
      if (node.firstChild || ["Identifier", "LabelName", "StringLiteral"].includes(node.name)) return;
      for (const other of SWAPS[text] ?? [])
        changes.push([
          `"${other}" instead of "${text}" at ${expr.slice(Math.max(0, from - 25), to + 10).replaceAll("\n", " ")}`,
          { ...rule, expr: `${expr.slice(0, from)}${other}${expr.slice(to)}` },
        ]);
    },
  });
  return changes;
}

/** Returns rules whose `for` is one evaluation shorter, one evaluation longer, or removed. */
function durations(rule: AlertRule): [string, AlertRule][] {
  const { for: duration, ...immediate } = rule;
  const current = (durationSeconds(duration ?? "0s") ?? 0) / 60;
  const step = Math.min(...situationsOf(rule.name).map((situation) => situation.step ?? 1));
  const wanted = new Set([current + step, ...(current > 0 ? [current - step, 0] : [])]);
  return [...wanted].map((length) => [
    `for ${length}m instead of ${duration ?? "0s"}`,
    length === 0 ? immediate : { ...rule, for: `${length}m` },
  ]);
}

function severities(rule: AlertRule): [string, AlertRule][] {
  return Object.values(Severity)
    .filter((severity) => severity !== rule.severity)
    .map((severity) => [`severity ${severity}`, { ...rule, severity }]);
}
