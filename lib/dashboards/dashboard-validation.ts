import { dataSourcesOf } from "./built-in-data-sources";
import { Dashboard } from "./dashboard";
import { DashboardSubject } from "./dashboard-subject";
import { Json } from "./model";

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

function missingDataSource(json: string | undefined, dataSources: readonly string[]): string | undefined {
  if (json === undefined) return undefined;
  return [...dataSourcesOf(JSON.parse(json) as Json)].find((uid) => !dataSources.includes(uid));
}
