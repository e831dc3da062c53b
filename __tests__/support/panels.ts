import { JsonObject, objectsOf, panelsOf, textOf } from "../../lib/dashboards/model";
import { GrafanaApi } from "./grafana";

/** Result of one query in Grafana's query API. */
interface QueryResult {
  readonly error?: string;
  readonly frames?: readonly { readonly data: { readonly values: readonly (readonly unknown[])[] } }[];
}

/** Result of querying a dashboard's panels. */
export interface PanelsFound {
  /** Number of queries. */
  readonly queries: number;
  /** Queries without data that should have data, as `panel, query: reason`. */
  readonly empty: readonly string[];
}

/**
 * Runs the queries of all panels of a dashboard through Grafana, as its web UI does.
 *
 * @param variables values of the dashboard's variables
 */
export async function askPanels(
  grafana: GrafanaApi,
  uid: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<PanelsFound> {
  const { dashboard } = (await grafana.json(`/api/dashboards/uid/${uid}`)) as { readonly dashboard: JsonObject };
  const panels = panelsOf(dashboard).filter(({ type }) => type !== "row");
  const found = await Promise.all(panels.map((panel) => askPanel(grafana, panel, variables)));
  return { queries: found.reduce((sum, { queries }) => sum + queries, 0), empty: found.flatMap(({ empty }) => empty) };
}

async function askPanel(
  grafana: GrafanaApi,
  panel: JsonObject,
  variables: Readonly<Record<string, string>>,
): Promise<PanelsFound> {
  const targets = objectsOf(panel.targets);
  const queries = targets.map((target) => ({
    datasource: panel.datasource,
    ...target,
    expr: interpolated(textOf(target.expr), variables),
    intervalMs: 15_000,
    maxDataPoints: 500,
  }));
  const { results = {} } = (await grafana.json("/api/ds/query", { queries, from: "now-5m", to: "now" })) as {
    readonly results?: Readonly<Record<string, QueryResult>>;
  };
  const empty = queries.flatMap(({ expr }, index) => {
    if (canBeEmpty(panel)) return [];
    const result = results[textOf(targets[index]?.refId)];
    return hasData(result) ? [] : [`${textOf(panel.title)}, ${expr}: ${result?.error ?? "no data"}`];
  });
  return { queries: queries.length, empty };
}

/** Whether a panel has a text for the case that nothing happened, such as "No rejected lines". */
function canBeEmpty({ fieldConfig }: JsonObject): boolean {
  const { defaults } = (fieldConfig ?? {}) as { readonly defaults?: { readonly noValue?: string } };
  return /^no /i.test(defaults?.noValue ?? "");
}

/** Replaces variables as Grafana's web UI does. Grafana's server replaces the interval. */
function interpolated(expression: string, variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(`$${name}`, value), expression);
}

/** Whether some series has a numeric value. */
function hasData(result: QueryResult | undefined): boolean {
  return (result?.frames ?? []).some(({ data }) => (data.values.at(-1) ?? []).some((value) => Number.isFinite(value)));
}
