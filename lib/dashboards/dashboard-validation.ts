import { Query } from "../query";
import { excusedMetrics, possibleMetrics } from "../metrics/unknown-metrics";
import { dataSourcesOf } from "./built-in-data-sources";
import { Dashboard } from "./dashboard";
import { DashboardSubject } from "./dashboard-subject";
import { Json } from "./model";

/** Number of metrics or queries that a warning lists. */
const LISTED = 10;

/**
 * Returns the first problem with the dashboards of one Grafana, or undefined.
 *
 * @param dataSources uids of the data sources that this Grafana has
 */
export function dashboardsProblem(
  dashboards: readonly Dashboard[],
  subject: DashboardSubject,
  dataSources: readonly string[],
): string | undefined {
  const seen = new Map<string, Dashboard>();
  for (const dashboard of dashboards) {
    const { uid, title } = dashboard;
    const other = seen.get(uid);
    if (other) return `the dashboards "${other.title}" and "${title}" have the same uid "${uid}": change one of them`;
    seen.set(uid, dashboard);
    if (dashboard._provided?.unchecked) continue;
    const missing = missingDataSource(dashboard._json(subject), dataSources);
    if (missing !== undefined)
      return `the dashboard "${title}" uses the data source "${missing}", but the monitoring has no such component: add the component, or remove the dashboard`;
  }
  return undefined;
}

/**
 * Returns warnings about a user-provided dashboard: panels that can be empty, and queries that are not checked.
 *
 * @param queries PromQL queries of the dashboard
 * @param unparsed origins of the queries that cannot be parsed because of their variables
 * @param emitted metrics that the stack emits
 */
export function dashboardWarnings(
  title: string,
  queries: readonly Query[],
  unparsed: readonly string[],
  emitted: ReadonlySet<string>,
): string[] {
  const excused = excusedMetrics(queries, emitted);
  const possible = possibleMetrics(queries).filter((metric) => !excused.includes(metric));
  return [
    ...warning(
      `dashboard "${title}" uses metrics that a server has only with certain hardware, kernel modules or settings, so that panels can be empty`,
      possible,
    ),
    ...warning(`dashboard "${title}" uses metrics that nothing emits in panels whose other queries have data`, excused),
    ...warning("queries are not checked, because their variables can contain any text", unparsed),
  ];
}

function warning(text: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${text}: ${listed(items)}`];
}

function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return `${names.slice(0, LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function missingDataSource(json: string | undefined, dataSources: readonly string[]): string | undefined {
  if (json === undefined) return undefined;
  return [...dataSourcesOf(JSON.parse(json) as Json)].find((uid) => !dataSources.includes(uid));
}
