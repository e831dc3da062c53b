import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  GraphTransform,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  Panel,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder as LogQueryBuilder } from "@grafana/grafana-foundation-sdk/loki";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as GraphBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { DataSources } from "../data-sources";
import { Colours, SeriesColours } from "./colours";
import { PanelThreshold, thresholdSteps } from "./thresholds";

/** A query in PromQL or LogQL. */
export interface Query {
  readonly expr: string;
  /** Name of the series, or a template of labels: `{{device}}`. */
  readonly legend: string;
  /**
   * Whether a graph draws the values below zero, such as sent data next to received data. The legend and the tooltip
   * show the values as they are.
   *
   * @default false
   */
  readonly below?: boolean;
}

/** Properties of every graph and stat panel. */
export interface PanelOptions {
  readonly title: string;
  /** Question that the panel answers. */
  readonly description: string;
  /** Grafana's identifier of the unit. */
  readonly unit: string;
  /** Width in columns; a dashboard has 24. */
  readonly width: number;
  readonly queries: readonly Query[];
  /** Whether the queries are LogQL queries to Loki instead of PromQL queries. @default false */
  readonly logs?: boolean;
  /** Alert thresholds to show. @default - none */
  readonly thresholds?: readonly PanelThreshold[];
  /** Highest possible value, at which the axis of a graph ends. @default - follows from the values */
  readonly max?: number;
  /** Number of decimals. @default - Grafana decides */
  readonly decimals?: number;
}

/** Properties of a graph. */
export interface GraphOptions extends PanelOptions {
  /** Whether to stack the series. @default false */
  readonly stacked?: boolean;
  /** Whether to draw bars, for counts of single events. @default false */
  readonly bars?: boolean;
  /** Whether values can be below zero. @default false */
  readonly signed?: boolean;
  /** Colours of series. @default - Grafana's palette */
  readonly colours?: SeriesColours;
  /**
   * Value at which the axis ends if no value is higher. Without such an end, a graph of zeros has an axis from 0 to 100.
   *
   * @default - a small value of the unit
   */
  readonly softMax?: number;
  /** Colour for series with the same meaning: each series gets a shade of it. @default - Grafana's palette */
  readonly shades?: string;
  /**
   * Whether the legend shows the total of each series, for counts whose ranges do not overlap.
   *
   * @default false
   */
  readonly totals?: boolean;
  /**
   * Column of the legend by which its series are sorted, in descending order: 5xx before 2xx, or the highest value first.
   *
   * @default - the order of the results
   */
  readonly sortBy?: "Name" | "Max";
  /** Text of a graph without series. @default "No data" */
  readonly noValue?: string;
  /** Height in grid rows of the dashboard. @default GRAPH_HEIGHT */
  readonly height?: number;
}

/** Texts and colours to show instead of values, by value or by a regular expression between slashes. */
export type ValueMappings = Readonly<Record<string, { readonly text: string; readonly color: string }>>;

/** Properties of a stat panel. */
export interface StatOptions extends PanelOptions {
  /** Texts and colours to show instead of values. @default - none */
  readonly mappings?: ValueMappings;
  /** Thresholds of single series, by the name of the series. @default - all series have the panel's thresholds */
  readonly thresholdsOfSeries?: Readonly<Record<string, readonly PanelThreshold[]>>;
  /** Whether to show the value of a series, its name or both. @default BigValueTextMode.Value */
  readonly text?: BigValueTextMode;
  /** Height in grid rows of the dashboard. @default 4 */
  readonly height?: number;
}

const LOKI = { type: DataSources.LOKI, uid: DataSources.LOKI };
const PROMETHEUS = { type: DataSources.PROMETHEUS, uid: DataSources.PROMETHEUS };
/** Height of a graph in grid rows of the dashboard. */
export const GRAPH_HEIGHT = 8;
/** Smallest width, in columns of the dashboard, at which the legend of a graph is a table. */
const LEGEND_TABLE_WIDTH = 8;
/** Smallest width at which a legend also has room for the lowest values. */
const MIN_COLUMN_WIDTH = 12;
const STAT_HEIGHT = 4;
/** Height of a stat panel if there are two rows of them. */
export const STAT_ROW_HEIGHT = 3;
/** Shortest interval of a graph of log lines. In shorter ones, most counts would be zero. */
const LOG_INTERVAL = "1m";
/** Text of a panel without a value, such as the CPU usage of a server that is down. */
export const NO_VALUE = "–";
/** Values at which axes end if no value is higher, by unit; 1 in all other units. */
const SOFT_MAX: Readonly<Record<string, number>> = {
  [units.Seconds]: 0.01,
  [units.BytesIEC]: 1024,
  [units.BytesPerSecondIEC]: 1024,
};

/** Texts for the values of `up`. */
export const UP_DOWN = {
  0: { text: "down", color: Colours.CRITICAL },
  1: { text: "up", color: Colours.GOOD },
} as const;

/**
 * Builds a graph over time. The legend of a wide graph is a table of each series' lowest, highest and last value;
 * narrower graphs have room for the highest and the last value, or for the last value only.
 */
export function graph(options: GraphOptions): Builder<Panel> {
  const { thresholds = [], stacked = false, bars = false, signed = false, max, decimals, colours = {} } = options;
  const panel = new GraphBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSourceOf(options))
    .height(options.height ?? GRAPH_HEIGHT)
    .span(options.width)
    .unit(options.unit)
    .drawStyle(bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .fillOpacity(stacked || bars ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .legend(legendOf(options))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  if (!signed && !options.queries.some(({ below }) => below)) panel.min(0);
  if (max === undefined) panel.axisSoftMax(options.softMax ?? SOFT_MAX[options.unit] ?? 1);
  else panel.max(max);
  if (decimals !== undefined) panel.decimals(decimals);
  if (options.logs === true) panel.interval(LOG_INTERVAL);
  if (options.noValue !== undefined) panel.noValue(options.noValue);
  if (options.shades !== undefined)
    panel.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Shades).fixedColor(options.shades));
  if (thresholds.length > 0)
    panel
      .thresholds(absoluteThresholds(thresholds))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  options.queries.forEach((query, index) => {
    panel.withTarget(options.logs === true ? logTarget(query, index, "range") : target(query, index).range());
    if (query.below === true)
      panel.overrideByQuery(letter(index), [{ id: "custom.transform", value: GraphTransform.NegativeY }]);
  });
  for (const [name, fixedColor] of Object.entries(colours)) {
    const properties = [{ id: "color", value: { mode: FieldColorModeId.Fixed, fixedColor } }];
    if (name.startsWith("/")) panel.overrideByRegexp(name, properties);
    else panel.overrideByName(name, properties);
  }
  return panel;
}

function legendOf({ width, totals = false, sortBy }: GraphOptions): VizLegendOptionsBuilder {
  const wide = width >= LEGEND_TABLE_WIDTH;
  const last = totals ? "sum" : "lastNotNull";
  const legend = new VizLegendOptionsBuilder()
    .displayMode(wide ? LegendDisplayMode.Table : LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([...(width >= MIN_COLUMN_WIDTH && !totals ? ["min"] : []), ...(wide ? ["max"] : []), last]);
  return sortBy === undefined ? legend : legend.sortBy(sortBy).sortDesc(true);
}

/**
 * Builds a panel that shows current values. It has no sparkline, because a query over time would show the last value of
 * a server that is down as if the value were current.
 */
export function stat(options: StatOptions): Builder<Panel> {
  const { thresholds = [], mappings, text = BigValueTextMode.Value, decimals, height = STAT_HEIGHT, max } = options;
  const panel = new StatBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSourceOf(options))
    .height(height)
    .span(options.width)
    .unit(options.unit)
    .noValue(NO_VALUE)
    .thresholds(absoluteThresholds(thresholds))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(text)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
  panel.mappings(valueMappings(mappings ?? {}));
  if (decimals !== undefined) panel.decimals(decimals);
  if (max !== undefined) panel.min(0).max(max);
  options.queries.forEach((query, index) =>
    panel.withTarget(options.logs === true ? logTarget(query, index, "instant") : target(query, index).instant()),
  );
  for (const [name, ofName] of Object.entries(options.thresholdsOfSeries ?? {}))
    panel.overrideByName(name, [{ id: "thresholds", value: { mode: "absolute", steps: thresholdSteps(ofName) } }]);
  return panel;
}

/** The text of a missing value, in a colour that is neither good nor bad. */
const NO_VALUE_MAPPING: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: NO_VALUE, color: Colours.PLAIN } },
};

/** Returns Grafana's form of value mappings, and shows missing values in a neutral colour. */
export function valueMappings(words: ValueMappings): ValueMapping[] {
  const entries = Object.entries(words);
  const values = entries.filter(([value]) => !value.startsWith("/"));
  const patterns = entries.filter(([value]) => value.startsWith("/"));
  return [
    NO_VALUE_MAPPING,
    ...(values.length === 0 ? [] : [{ type: MappingType.ValueToText as const, options: Object.fromEntries(values) }]),
    ...patterns.map(([pattern, result]) => ({ type: MappingType.RegexToText as const, options: { pattern, result } })),
  ];
}

/** Returns Grafana's form of thresholds. */
function absoluteThresholds(limits: readonly PanelThreshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholdSteps(limits));
}

/** Returns a query whose current values become rows of a table. */
export function tableTarget(expr: string, index: number): DataqueryBuilder {
  return target({ expr, legend: "" }, index).instant().format(PromQueryFormat.Table);
}

/** Returns a LogQL query over the time range of the dashboard, or at its end. */
export function logTarget({ expr, legend }: Query, index: number, type: "range" | "instant"): LogQueryBuilder {
  return new LogQueryBuilder().refId(letter(index)).expr(expr).queryType(type).legendFormat(legend);
}

/** Returns Grafana's name of a panel's query: `A` is the first one. */
export function letter(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

function dataSourceOf({ logs }: PanelOptions): typeof LOKI | typeof PROMETHEUS {
  return logs === true ? LOKI : PROMETHEUS;
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(letter(index)).expr(expr).legendFormat(legend);
}
