import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { DynamicConfigValue, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { DataSources } from "../data-sources";
import { Uids } from "../uids";
import { Colours } from "./colours";
import { letter, logTarget, NO_VALUE, tableTarget, valueMappings, ValueMappings } from "./panels";
import { PanelThreshold, thresholdSteps } from "./thresholds";

const LOKI = { type: DataSources.LOKI, uid: DataSources.LOKI };
const PROMETHEUS = { type: DataSources.PROMETHEUS, uid: DataSources.PROMETHEUS };

/** A column of a table: a label, or the current value of a query. */
export interface Column {
  readonly title: string;
  /** Label that the column shows. @default - none, because the column shows values */
  readonly label?: string;
  /**
   * PromQL or LogQL query with one series per row; the label columns identify the row.
   *
   * @default - none, because the column shows a label
   */
  readonly expr?: string;
  /** Grafana's identifier of the unit. @default - none */
  readonly unit?: string;
  /** Thresholds that colour the values. @default - none */
  readonly thresholds?: readonly PanelThreshold[];
  /** Whether to show values as a bar that starts at zero. @default false */
  readonly bar?: boolean;
  /** Colour of the bars. @default - of the thresholds, else neutral */
  readonly colour?: string;
  /** Value of a full bar. @default - the highest value of the column */
  readonly max?: number;
  /** Texts and colours to show instead of values. @default - none */
  readonly mappings?: ValueMappings;
  /** Number of decimals. @default - Grafana decides */
  readonly decimals?: number;
  /** Link of each cell. @default - none */
  readonly link?: { readonly title: string; readonly url: string };
  /** Width in pixels. @default - a share of the remaining width */
  readonly width?: number;
  /** Smallest width in pixels of a column without a width. @default 150 */
  readonly minWidth?: number;
  /** Whether the column is hidden, because its query only selects the rows. @default false */
  readonly hidden?: boolean;
}

/** Properties of a table panel. */
export interface TableOptions {
  readonly title: string;
  /** Question that the panel answers. */
  readonly description: string;
  /** Width in columns of the dashboard. */
  readonly width: number;
  /** Height in grid rows of the dashboard. */
  readonly height: number;
  readonly columns: readonly Column[];
  /** Columns that sort the rows, the most important one first. */
  readonly sort: readonly SortColumn[];
  /** Whether the queries are LogQL queries to Loki instead of PromQL queries. @default false */
  readonly logs?: boolean;
  /** Text of a table without rows. @default "No data" */
  readonly noRows?: string;
}

/** A column that sorts the rows of a table. */
export interface SortColumn {
  /** Title of the column. */
  readonly column: string;
  /** Whether the lowest value comes first. @default false */
  readonly ascending?: boolean;
}

/** Builds a table that merges the results of several queries: series with equal labels become one row. */
export function table(options: TableOptions): Builder<Panel> {
  const { columns, logs = false, noRows } = options;
  const values = columns.filter(({ expr }) => expr !== undefined);
  const fields = columns.map((one) => [fieldName(one, values, logs), one] as const);
  const hidden = fields.filter(([, one]) => one.hidden);
  const panel = new TableBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(logs ? LOKI : PROMETHEUS)
    .height(options.height)
    .span(options.width)
    .sortBy(
      options.sort.map(({ column, ascending = false }) =>
        new TableSortByFieldStateBuilder().displayName(column).desc(!ascending),
      ),
    )
    // Merges rows with equal labels, then names and orders the columns.
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true, ...Object.fromEntries(hidden.map(([field]) => [field, true])) },
        indexByName: Object.fromEntries(fields.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(fields.map(([field, { title }]) => [field, title])),
      },
    });
  if (noRows !== undefined) panel.noValue(noRows);
  values.forEach(({ expr = "" }, index) =>
    panel.withTarget(logs ? logTarget({ expr, legend: "" }, index, "instant") : tableTarget(expr, index)),
  );
  // In a table with rows, Grafana shows the text for no rows in each empty cell.
  const emptyCells = noRows === undefined ? [] : [{ id: "noValue", value: NO_VALUE }];
  for (const one of columns.filter((each) => !each.hidden))
    panel.overrideByName(one.title, [...emptyCells, ...columnOverrides(one)]);
  return panel;
}

/**
 * Grafana's own name of a column: the label or `Value #<letter of the query>`. A single query to Prometheus has no letter.
 */
function fieldName(one: Column, values: readonly Column[], logs: boolean): string {
  if (one.label !== undefined) return one.label;
  return values.length === 1 && !logs ? "Value" : `Value #${letter(values.indexOf(one))}`;
}

function columnOverrides({
  unit,
  thresholds,
  bar = false,
  colour = Colours.NEUTRAL,
  max,
  mappings,
  decimals,
  link,
  width,
  minWidth,
}: Column): DynamicConfigValue[] {
  const coloured = thresholds !== undefined || mappings !== undefined;
  return [
    ...(unit === undefined ? [] : [{ id: "unit", value: unit }]),
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(width === undefined ? [] : [{ id: "custom.width", value: width }]),
    ...(minWidth === undefined ? [] : [{ id: "custom.minWidth", value: minWidth }]),
    ...(coloured ? [{ id: "mappings", value: valueMappings(mappings ?? {}) }] : []),
    ...(thresholds ? [{ id: "thresholds", value: { mode: "absolute", steps: thresholdSteps(thresholds) } }] : []),
    ...(coloured ? [{ id: "color", value: { mode: "thresholds" } }] : []),
    ...(coloured && !bar ? [{ id: "custom.cellOptions", value: { type: "color-text" } }] : []),
    ...(bar && !coloured ? [{ id: "color", value: { mode: "fixed", fixedColor: colour } }] : []),
    ...(bar
      ? [
          { id: "custom.cellOptions", value: { type: "gauge", mode: "basic" } },
          { id: "min", value: 0 },
        ]
      : []),
    ...(max === undefined ? [] : [{ id: "max", value: max }]),
    ...(link ? [{ id: "links", value: [{ ...link, targetBlank: false }] }] : []),
  ];
}

/** Returns a column that shows a percentage as a bar, coloured by the thresholds of an alert. */
export function barColumn(title: string, expr: string, thresholds: readonly PanelThreshold[]): Column {
  return { title, expr, thresholds, unit: units.Percent, bar: true, max: 100, decimals: 0, minWidth: 115 };
}

/** Returns a column with the name of a server, which links to the server's dashboard. */
export function serverColumn(): Column {
  return {
    title: "Server",
    label: "instance",
    link: {
      title: "Open the server's dashboard",
      url: `/d/${Uids.SERVER}?var-instance=\${__value.raw:percentencode}&\${__url_time_range}`,
    },
  };
}
