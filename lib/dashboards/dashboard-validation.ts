import { Dashboard, DashboardSubject } from "./dashboard";
import { dataSourcesOf } from "./built-in-data-sources";
import { Json } from "./model";

/**
 * The first problem with dashboards that one Grafana is to have together, or undefined.
 *
 * @param dataSources the uids of the data sources that it has
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
    if (other) return `the dashboards "${other.title}" and "${title}" have one uid, "${uid}": give one of them another`;
    seen.set(uid, dashboard);
    const missing = missingDataSource(dashboard._json(subject), dataSources);
    if (missing !== undefined)
      return `the dashboard "${title}" asks the data source "${missing}", and there is no such component: place one, or leave the dashboard out`;
  }
  return undefined;
}

function missingDataSource(json: string | undefined, dataSources: readonly string[]): string | undefined {
  if (json === undefined) return undefined;
  return [...dataSourcesOf(JSON.parse(json) as Json)].find((uid) => !dataSources.includes(uid));
}
