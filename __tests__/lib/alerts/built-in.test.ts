import fc from "fast-check";
import { Alert } from "../../../lib/alerts/alert";
import { builtInAlerts } from "../../../lib/alerts/built-in";
import { AlertDefinition, Threshold, thresholdProblem } from "../../../lib/alerts/definition";
import { ruleFile } from "../../../lib/alerts/rule-file";
import { Evaluator } from "../../../lib/alerts/rule";
import { logqlProblem } from "../../../lib/logs/logql";
import { collectorsOf, defaultCollectors } from "../../../lib/metrics/catalogue";
import { metricsIn, promqlProblem } from "../../../lib/metrics/promql";
import { durationProblem } from "../../../lib/units";
import { allGroups, groupsFor, KINDS } from "../../support/alerts";
import { inFolder, promtool, promtoolTest } from "../../support/promtool";

/** Those that are about no single server. */
const OF_NO_SERVER = ["Watchdog", "PrometheusNotIngesting", "AlertmanagerConfigurationsDiffer"];

test("names are unique, and those of no two groups mix", () => {
  const names = builtInAlerts.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const groups = allGroups().map(({ name }) => name);
  expect(new Set(groups).size).toBe(groups.length);
});

describe.each(builtInAlerts.map((alert) => [alert.name, alert] as const))("%s", (name, definition) => {
  test("is named, described and timed well", () => {
    expect(name).toMatch(/^([A-Z][a-z]+)+$/);
    expect(definition.kinds).not.toEqual([]);
    for (const duration of definition.levels.flatMap((level) => level.for ?? []))
      expect(durationProblem(duration)).toBeUndefined();
    const severities = definition.levels.map(({ severity }) => severity);
    expect(new Set(severities).size).toBe(severities.length);
    for (const threshold of Object.values(definition.thresholds))
      expect(thresholdProblem(threshold, threshold.value)).toBeUndefined();
  });

  test("says where it is, in both texts", () => {
    const named = [definition.summary, definition.description].filter((text) => text.includes("$labels.instance"));
    expect(OF_NO_SERVER.includes(name) || named.length === 2).toBe(true);
  });

  test("parses, whatever its thresholds", () => {
    const problemOf = definition.evaluator === Evaluator.LOKI ? logqlProblem : promqlProblem;
    fc.assert(
      fc.property(values(definition), (thresholds) => {
        for (const level of definition.levels) expect(problemOf(level.expr(thresholds))).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  test("reads every threshold that it has", () => {
    const { thresholds, levels } = definition;
    const marked = Object.fromEntries(Object.keys(thresholds).map((key, index) => [key, 7919 + index]));
    const numbers = levels.map((level) => level.expr(marked)).join(" ");
    for (const [key, value] of Object.entries(marked)) {
      const written = thresholds[key]?.unit === "hours" ? value * 3600 : value;
      expect(numbers).toContain(`${written}`);
    }
  });
});

/** Any values that the thresholds of an alert may have. */
function values({ thresholds }: AlertDefinition): fc.Arbitrary<Record<string, number>> {
  return fc.record(
    Object.fromEntries(Object.entries(thresholds).map(([name, threshold]) => [name, valueOf(threshold)])),
  );
}

function valueOf({ unit, least = 0, most = 1e9 }: Threshold): fc.Arbitrary<number> {
  return unit === "minutes"
    ? fc.integer({ min: least, max: 100_000 })
    : fc.double({ min: least, max: most, noNaN: true });
}

promtoolTest("promtool takes the rules whatever their thresholds", async () => {
  const samples = fc.sample(fc.tuple(...builtInAlerts.map(values)), { numRuns: 20, seed: 1 });
  const files = samples.map((tuned, index) => {
    const changes = builtInAlerts.map(({ name }, position) =>
      Alert.tune(name, { thresholds: inOrder(tuned[position] ?? {}, name), for: `${index}m` }),
    );
    return [`${index}.yml`, ruleFile(allGroups(...changes))] as const;
  });
  await inFolder(Object.fromEntries(files), async (folder) => {
    const { code, said } = await promtool(folder, "check", "rules", ...files.map(([name]) => name));
    expect(said).not.toMatch(/FAILED|error/i);
    expect(code).toBe(0);
  });
});

/** Values whose warning comes before what is critical, as in the alert's own. */
function inOrder(thresholds: Record<string, number>, name: string): Record<string, number> {
  const { warning, critical } = thresholds;
  const own = builtInAlerts.find((alert) => alert.name === name)?.thresholds ?? {};
  if (warning === undefined || critical === undefined) return thresholds;
  const [less, more] = [Math.min(warning, critical), Math.max(warning, critical)];
  const rising = (own.critical?.value ?? 0) > (own.warning?.value ?? 0);
  return { ...thresholds, warning: rising ? less : more, critical: rising ? more : less };
}

test("two collectors that node exporter has not on by itself are needed", () => {
  const groups = allGroups();
  const expressions = groups.flatMap(({ alerts, recordings }) => [...alerts, ...recordings].map(({ expr }) => expr));
  const needed = collectorsOf(expressions.flatMap(metricsIn));
  const extra = needed.filter((name) => !defaultCollectors().includes(name));
  expect(extra).toEqual(["systemd", "systemd.enable-restarts-metrics"]);
});

promtoolTest("promtool takes the rules of every combination of kinds", async () => {
  const combinations = KINDS.reduce<string[][]>((all, kind) => [...all, ...all.map((some) => [...some, kind])], [[]]);
  const files = combinations.flatMap((kinds, index) => [
    [`${index}.yml`, ruleFile(groupsFor(kinds))],
    [`${index}-clustered.yml`, ruleFile(groupsFor(kinds, kinds))],
  ]);
  await inFolder(Object.fromEntries(files) as Record<string, string>, async (folder) => {
    const { code, said } = await promtool(
      folder,
      "check",
      "rules",
      "--lint=all",
      "--lint-fatal",
      ...files.map(([name = ""]) => name),
    );
    expect(said).not.toMatch(/FAILED|error/i);
    expect(code).toBe(0);
  });
});
