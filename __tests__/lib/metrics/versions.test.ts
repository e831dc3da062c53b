import pins from "../../../playbooks/artifacts.json";
import { Dashboard } from "../../../lib/dashboards/dashboard";
import { dashboardQueries } from "../../../lib/dashboards/queries";
import { metricsOf } from "../../../lib/metrics/catalogue";
import { expandedCatalogue } from "../../../lib/metrics/catalogue-entry";
import { DRIFT_METRICS } from "../../../lib/metrics/drift-metrics";
import generated from "../../../lib/metrics/catalogue.json";
import { missingMetrics } from "../../../lib/metrics/promql";
import { allGroups } from "../../support/alerts";
import { testedMetricsOf } from "../../support/catalogue";
import { subjectWith } from "../../support/dashboards";

const catalogue = expandedCatalogue(generated);
const entries = Object.entries(catalogue);
const released = new Set(
  entries.flatMap(([kind, { collectors = {} }]) => [...metricsOf(kind, Object.keys(collectors))]),
);
// The drift check has no versions of its own.
const tested = new Set([...entries.flatMap(([kind]) => [...testedMetricsOf(kind)]), ...DRIFT_METRICS]);

/** The metrics of an expression that one version lacks and the other one has. */
function missing(expression: string, has: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  const isMissing = (name: string) => !has.has(name) && other.has(name);
  return missingMetrics(expression, ({ metric, isPattern }) => !isPattern && isMissing(metric)).map(
    ({ metric }) => metric,
  );
}

const rules = allGroups().flatMap(({ alerts, recordings }) => [
  ...alerts.map(({ name, expr }) => [`alert ${name}`, expr] as const),
  ...recordings.map(({ record, expr }) => [`recording ${record}`, expr] as const),
]);
const panels = [Dashboard.fleet(), Dashboard.server(), Dashboard.monitoring()].flatMap((dashboard) =>
  dashboardQueries(dashboard._json(subjectWith()) ?? "").map(({ where, expression }) => [where, expression] as const),
);
const queries = [...rules, ...panels];

test("versions differ, so that the other tests can fail", () => {
  expect(missing("alertmanager_marked_alerts > 0", released, tested)).toEqual(["alertmanager_marked_alerts"]);
  expect(missing("alertmanager_marked_alerts or alertmanager_alerts", released, tested)).toEqual([]);
  expect(queries.length).toBeGreaterThan(200);
});

test("built-in rules and dashboards use metrics of the pinned release", () => {
  const dead = queries.flatMap(([where, expression]) =>
    missing(expression, released, tested).map((name) => [where, name]),
  );
  expect(dead).toEqual([]);
});

test("built-in rules and dashboards use metrics of the version that the tests run", () => {
  const dead = queries.flatMap(([where, expression]) =>
    missing(expression, tested, released).map((name) => [where, name]),
  );
  expect(dead).toEqual([]);
});

test("the catalogue describes the pinned releases", () => {
  const versions = entries.map(([kind, { version }]) => [kind, version]);
  const pinned = entries.map(([kind]) => [kind, (pins as Record<string, { version: string }>)[kind]?.version]);
  // The sources of these releases are not available as Go modules everywhere.
  const isOther = ([kind = ""]: (string | undefined)[]) => !["alloy", "grafana", "promtail"].includes(kind);
  expect(versions.filter(isOther)).toEqual(pinned.filter(isOther));
});
