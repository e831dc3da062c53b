import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { DynamicConfigValue, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { DataSources } from "../data-sources";
import { PanelThreshold, thresholdSteps } from "./thresholds";
import { tableTarget, valueMapping, ValueMappings } from "./panels";

/** A column of a table: a label, or the current value of a query. */
export interface Column {
  readonly title: string;
  /** Label that the column shows. @default - none, because the column shows values */
  readonly label?: string;
  /**
   * PromQL query with one series per row; the label columns identify the row.
   *
   * @default - none, because the column shows a label
   */
  readonly expr?: string;
  /** Grafana's identifier of the unit. @default - none */
  readonly unit?: string;
  /** Thresholds that colour the values. @default - none */
  readonly thresholds?: readonly PanelThreshold[];
  /** Whether to show values from 0 to 100 as a bar. @default false */
  readonly bar?: boolean;
  /** Texts and colours to show instead of values. @default - none */
  readonly mappings?: ValueMappings;
  /** Number of decimals. @default - Grafana decides */
  readonly decimals?: number;
  /** Link of each cell. @default - none */
  readonly link?: { readonly title: string; readonly url: string };
  /** Width in pixels. @default - the remaining width */
  readonly width?: number;
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
  /** Title of the column that sorts the rows, highest value first. */
  readonly sort: string;
  /** Whether the lowest value comes first. @default false */
  readonly ascending?: boolean;
}

/** Builds a table that merges the results of several queries: series with equal labels become one row. */
export function table(options: TableOptions): Builder<Panel> {
  const { columns } = options;
  const values = columns.filter(({ expr }) => expr !== undefined);
  const fields = columns.map((one) => [fieldName(one, values), one] as const);
  const hidden = fields.filter(([, one]) => one.hidden);
  const panel = new TableBuilder()
    .title(options.title)
    .description(options.description)
    .datasource({ type: DataSources.PROMETHEUS, uid: DataSources.PROMETHEUS })
    .height(options.height)
    .span(options.width)
    .sortBy([new TableSortByFieldStateBuilder().displayName(options.sort).desc(options.ascending !== true)])
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
  values.forEach(({ expr = "" }, index) => panel.withTarget(tableTarget(expr, index)));
  for (const one of columns.filter((each) => !each.hidden)) panel.overrideByName(one.title, columnOverrides(one));
  return panel;
}

/**
 * Grafana's own name of a column: the label, `Value`, or `Value #<letter of the query>` if there are several queries.
 */
function fieldName(one: Column, values: readonly Column[]): string {
  if (one.label !== undefined) return one.label;
  return values.length === 1 ? "Value" : `Value #${String.fromCharCode("A".charCodeAt(0) + values.indexOf(one))}`;
}

function columnOverrides({
  unit,
  thresholds,
  bar = false,
  mappings,
  decimals,
  link,
  width,
}: Column): DynamicConfigValue[] {
  const coloured = thresholds !== undefined || mappings !== undefined;
  return [
    ...(unit === undefined ? [] : [{ id: "unit", value: unit }]),
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(width === undefined ? [] : [{ id: "custom.width", value: width }]),
    ...(mappings ? [{ id: "mappings", value: [valueMapping(mappings)] }] : []),
    ...(thresholds ? [{ id: "thresholds", value: { mode: "absolute", steps: thresholdSteps(thresholds) } }] : []),
    ...(coloured ? [{ id: "color", value: { mode: "thresholds" } }] : []),
    ...(coloured && !bar ? [{ id: "custom.cellOptions", value: { type: "color-text" } }] : []),
    ...(bar
      ? [
          { id: "custom.cellOptions", value: { type: "gauge", mode: "basic" } },
          { id: "min", value: 0 },
          { id: "max", value: 100 },
        ]
      : []),
    ...(link ? [{ id: "links", value: [{ ...link, targetBlank: false }] }] : []),
  ];
}

/** Returns a column that shows a percentage as a bar, coloured by the thresholds of an alert. */
export function barColumn(title: string, expr: string, thresholds: readonly PanelThreshold[]): Column {
  return { title, expr, thresholds, unit: units.Percent, bar: true, decimals: 0 };
}
