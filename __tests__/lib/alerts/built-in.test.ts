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
import { allGroups, groupsFor, KINDS, SURROUNDINGS } from "../../support/alerts";
import { inFolder, promtool, promtoolTest } from "../../support/promtool";

/** Alerts that do not belong to a single server. */
const WITHOUT_SERVER = [
  "Watchdog",
  "PrometheusNotIngesting",
  "AlertmanagerConfigurationsDiffer",
  "LokiCompactorsConflicting",
  "LokiVolumeOverBudget",
];

it("gives each alert and each group a unique name", () => {
  const names = builtInAlerts.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const groups = allGroups().map(({ name }) => name);
  expect(new Set(groups).size).toBe(groups.length);
});

describe.each(builtInAlerts.map((alert) => [alert.name, alert] as const))("%s", (name, definition) => {
  it("has a valid name, valid durations and valid defaults", () => {
    expect(name).toMatch(/^([A-Z][a-z]+)+$/);
    expect(definition.kinds).not.toEqual([]);
    for (const duration of definition.levels.flatMap((level) => level.for ?? []))
      expect(durationProblem(duration)).toBeUndefined();
    const severities = definition.levels.map(({ severity }) => severity);
    expect(new Set(severities).size).toBe(severities.length);
    for (const threshold of Object.values(definition.thresholds))
      expect(thresholdProblem(threshold, threshold.value)).toBeUndefined();
  });

  it("names the server in the summary and the description", () => {
    const texts = [definition.summary, definition.description].filter((text) => text.includes("$labels.instance"));
    expect(WITHOUT_SERVER.includes(name) || texts.length === 2).toBe(true);
  });

  it("parses with any valid thresholds", () => {
    const problemOf = definition.evaluator === Evaluator.LOKI ? logqlProblem : promqlProblem;
    fc.assert(
      fc.property(values(definition), (thresholds) => {
        for (const level of definition.levels) expect(problemOf(level.expr(thresholds, SURROUNDINGS))).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it("uses each of its thresholds", () => {
    const { thresholds, levels } = definition;
    const marked = Object.fromEntries(Object.keys(thresholds).map((key, index) => [key, 7919 + index]));
    const numbers = levels.map((level) => level.expr(marked, SURROUNDINGS)).join(" ");
    for (const [key, value] of Object.entries(marked)) {
      const written = thresholds[key]?.unit === "hours" ? value * 3600 : value;
      expect(numbers).toContain(`${written}`);
    }
  });
});

/** Generates valid values for all thresholds of an alert. */
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

promtoolTest("promtool accepts the rules with any valid thresholds", async () => {
  const samples = fc.sample(fc.tuple(...builtInAlerts.map(values)), { numRuns: 20, seed: 1 });
  const files = samples.map((tuned, index) => {
    const changes = builtInAlerts.map(({ name }, position) =>
      Alert.tune(name, { thresholds: inOrder(tuned[position] ?? {}, name), for: `${index}m` }),
    );
    return [`${index}.yml`, ruleFile(allGroups(...changes))] as const;
  });
  await inFolder(Object.fromEntries(files), async (folder) => {
    const { code, output } = await promtool(folder, "check", "rules", ...files.map(([name]) => name));
    expect(output).not.toMatch(/FAILED|error/i);
    expect(code).toBe(0);
  });
});

/** Swaps the thresholds "warning" and "critical" if they are not in the order of the alert's defaults. */
function inOrder(thresholds: Record<string, number>, name: string): Record<string, number> {
  const { warning, critical } = thresholds;
  const defaults = builtInAlerts.find((alert) => alert.name === name)?.thresholds ?? {};
  if (warning === undefined || critical === undefined) return thresholds;
  const [less, more] = [Math.min(warning, critical), Math.max(warning, critical)];
  const rising = (defaults.critical?.value ?? 0) > (defaults.warning?.value ?? 0);
  return { ...thresholds, warning: rising ? less : more, critical: rising ? more : less };
}

it("needs only the systemd collector in addition to the default collectors", () => {
  const groups = allGroups();
  const expressions = groups.flatMap(({ alerts, recordings }) => [...alerts, ...recordings].map(({ expr }) => expr));
  const needed = collectorsOf(expressions.flatMap(metricsIn));
  const extra = needed.filter((name) => !defaultCollectors().includes(name));
  expect(extra).toEqual(["systemd", "systemd.enable-restarts-metrics"]);
});

promtoolTest("promtool accepts the rules of every combination of kinds", async () => {
  const combinations = KINDS.reduce<string[][]>((all, kind) => [...all, ...all.map((some) => [...some, kind])], [[]]);
  const files = combinations.flatMap((kinds, index) => [
    [`${index}.yml`, ruleFile(groupsFor(kinds))],
    [`${index}-clustered.yml`, ruleFile(groupsFor(kinds, kinds))],
  ]);
  await inFolder(Object.fromEntries(files) as Record<string, string>, async (folder) => {
    const { code, output } = await promtool(
      folder,
      "check",
      "rules",
      "--lint=all",
      "--lint-fatal",
      ...files.map(([name = ""]) => name),
    );
    expect(output).not.toMatch(/FAILED|error/i);
    expect(code).toBe(0);
  });
});
