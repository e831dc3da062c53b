import { JsonObject, objectsOf, panelsOf, textOf } from "../../lib/dashboards/model";
import { GrafanaApi } from "./grafana";

/** How Grafana's query API answers one query. */
interface QueryResult {
  readonly error?: string;
  readonly frames?: readonly { readonly data: { readonly values: readonly (readonly unknown[])[] } }[];
}

/** What was found of a dashboard's panels. */
export interface PanelsFound {
  /** How many queries were asked. */
  readonly queries: number;
  /** `panel, query: why` of each query that had no data. */
  readonly empty: readonly string[];
}

/**
 * Asks Grafana what each panel of a dashboard asks, as its page does.
 *
 * @param variables the values of the variables above the panels
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
    const result = results[textOf(targets[index]?.refId)];
    return hasData(result) ? [] : [`${textOf(panel.title)}, ${expr}: ${result?.error ?? "no data"}`];
  });
  return { queries: queries.length, empty };
}

/** Grafana's page replaces what people choose; what the interval is, its server knows. */
function interpolated(expression: string, variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(`$${name}`, value), expression);
}

/** Whether some series has a value that is a number. */
function hasData(result: QueryResult | undefined): boolean {
  return (result?.frames ?? []).some(({ data }) => (data.values.at(-1) ?? []).some((value) => Number.isFinite(value)));
}
