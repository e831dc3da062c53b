import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
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
  ThresholdsConfigBuilder,
  ThresholdsMode,
  ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder as LogQueryBuilder } from "@grafana/grafana-foundation-sdk/loki";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as GraphBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { DataSources } from "../data-sources";
import { Colours, PanelThreshold, thresholdSteps } from "./thresholds";

/** A query in PromQL or LogQL. */
export interface Query {
  readonly expr: string;
  /** Name of the series, or a template of labels: `{{device}}`. */
  readonly legend: string;
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
  /** Highest value of the axis. @default - follows from the values */
  readonly max?: number;
}

/** Properties of a graph. */
export interface GraphOptions extends PanelOptions {
  /** Whether to stack the series. @default false */
  readonly stacked?: boolean;
  /** Whether to draw bars, for counts of single events. @default false */
  readonly bars?: boolean;
  /** Whether the axis extends below zero. @default false */
  readonly signed?: boolean;
}

/** Texts and colours to show instead of values, by value. */
export type ValueMappings = Readonly<Record<string, { readonly text: string; readonly color: string }>>;

/** Properties of a stat panel. */
export interface StatOptions extends PanelOptions {
  /** Texts and colours to show instead of values. @default - none */
  readonly mappings?: ValueMappings;
  /** Whether to show the name of the series instead of its value. @default false */
  readonly showName?: boolean;
  /** Number of decimals. @default - Grafana decides */
  readonly decimals?: number;
  /** Height in grid rows of the dashboard. @default 4 */
  readonly height?: number;
}

const LOKI = { type: DataSources.LOKI, uid: DataSources.LOKI };
const PROMETHEUS = { type: DataSources.PROMETHEUS, uid: DataSources.PROMETHEUS };
/** Height of a graph in grid rows of the dashboard. */
export const GRAPH_HEIGHT = 8;
const STAT_HEIGHT = 4;

/** Texts for the values of `up`. */
export const UP_DOWN = {
  0: { text: "down", color: Colours.CRITICAL },
  1: { text: "up", color: Colours.GOOD },
} as const;

/** Builds a graph over time whose legend shows each series' lowest, highest and last value. */
export function graph(options: GraphOptions): Builder<Panel> {
  const { thresholds = [], stacked = false, bars = false, signed = false, max } = options;
  const panel = new GraphBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSourceOf(options))
    .height(GRAPH_HEIGHT)
    .span(options.width)
    .unit(options.unit)
    .drawStyle(bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .fillOpacity(stacked || bars ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(["min", "max", "lastNotNull"]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  if (!signed) panel.min(0);
  if (max !== undefined) panel.max(max);
  if (thresholds.length > 0)
    panel
      .thresholds(absoluteThresholds(thresholds))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  options.queries.forEach((query, index) =>
    panel.withTarget(options.logs === true ? logTarget(query, index, "range") : target(query, index).range()),
  );
  return panel;
}

/** Builds a panel that shows the current value, with a sparkline. */
export function stat(options: StatOptions): Builder<Panel> {
  const { thresholds = [], mappings, showName = false, decimals, height = STAT_HEIGHT, max } = options;
  const panel = new StatBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSourceOf(options))
    .height(height)
    .span(options.width)
    .unit(options.unit)
    .thresholds(absoluteThresholds(thresholds))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Value)
    .graphMode(mappings || showName ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .textMode(showName ? BigValueTextMode.Name : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
  if (mappings) panel.mappings([valueMapping(mappings)]);
  if (decimals !== undefined) panel.decimals(decimals);
  if (max !== undefined) panel.min(0).max(max);
  // A LogQL query counts lines over the whole time range and so returns one number.
  options.queries.forEach((query, index) =>
    panel.withTarget(options.logs === true ? logTarget(query, index, "instant") : target(query, index).range()),
  );
  return panel;
}

/** Returns Grafana's form of value mappings. */
export function valueMapping(words: ValueMappings): ValueMapping {
  return { type: MappingType.ValueToText, options: { ...words } };
}

/** Returns Grafana's form of thresholds. */
export function absoluteThresholds(limits: readonly PanelThreshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholdSteps(limits));
}

/** Returns a query whose current values become rows of a table. */
export function tableTarget(expr: string, index: number): DataqueryBuilder {
  return target({ expr, legend: "" }, index).instant().format(PromQueryFormat.Table);
}

/** Returns a LogQL query over the time range of the dashboard, or at its end. */
export function logTarget({ expr, legend }: Query, index: number, type: "range" | "instant"): LogQueryBuilder {
  return new LogQueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .expr(expr)
    .queryType(type)
    .legendFormat(legend);
}

function dataSourceOf({ logs }: PanelOptions): typeof LOKI | typeof PROMETHEUS {
  return logs === true ? LOKI : PROMETHEUS;
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .expr(expr)
    .legendFormat(legend);
}
