import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { DynamicConfigValue, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { DataSources } from "../data-sources";
import { PanelThreshold, thresholdSteps } from "./thresholds";
import { tableTarget, valueMapping, ValueMappings } from "./panels";

/** A column of a table: a label of its lines, or the present value of a query for each. */
export interface Column {
  readonly title: string;
  /** The label that it shows. @default - it shows values */
  readonly label?: string;
  /** PromQL, with one series for each line, told apart by the labels that are columns. @default - it shows a label */
  readonly expr?: string;
  /** Grafana's name of the unit. @default - none */
  readonly unit?: string;
  /** From where on values are coloured. @default - never */
  readonly thresholds?: readonly PanelThreshold[];
  /** Whether to draw a bar, of values up to 100. @default false */
  readonly bar?: boolean;
  /** Words and colours in place of values. @default - none */
  readonly mappings?: ValueMappings;
  readonly decimals?: number;
  /** Where a click leads. @default - nowhere */
  readonly link?: { readonly title: string; readonly url: string };
  /** In pixels. @default - what is left */
  readonly width?: number;
  /** Whether its query only says which lines there are. @default false */
  readonly hidden?: boolean;
}

/** Present values by lines. */
export interface TableOptions {
  readonly title: string;
  readonly description: string;
  /** In columns of the dashboard. */
  readonly width: number;
  /** In lines of the dashboard. */
  readonly height: number;
  readonly columns: readonly Column[];
  /** The title of the column that lines are sorted by, worst first. */
  readonly sort: string;
  /** Whether the least value is worst. @default false */
  readonly ascending?: boolean;
}

/** A table that puts the values of several queries for one thing into one line. */
export function table(sketch: TableOptions): Builder<Panel> {
  const { columns } = sketch;
  const values = columns.filter(({ expr }) => expr !== undefined);
  const fields = columns.map((one) => [fieldName(one, values), one] as const);
  const hidden = fields.filter(([, one]) => one.hidden);
  const panel = new TableBuilder()
    .title(sketch.title)
    .description(sketch.description)
    .datasource({ type: DataSources.PROMETHEUS, uid: DataSources.PROMETHEUS })
    .height(sketch.height)
    .span(sketch.width)
    .sortBy([new TableSortByFieldStateBuilder().displayName(sketch.sort).desc(sketch.ascending !== true)])
    // Lines of one and the same labels become one; then columns get their names and order.
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

/** What Grafana calls a column before we do: labels by their names, values by the query's letter if there are several. */
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

/** A share, as a bar that alerts' limits colour. */
export function barColumn(title: string, expr: string, thresholds: readonly PanelThreshold[]): Column {
  return { title, expr, thresholds, unit: units.Percent, bar: true, decimals: 0 };
}
