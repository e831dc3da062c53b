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

/** A query of PromQL or LogQL, and what its series are called. */
export interface Query {
  readonly expr: string;
  /** A name, or one made of labels: `{{device}}`. */
  readonly legend: string;
}

/** What all panels have. */
export interface PanelOptions {
  readonly title: string;
  /** The question that it answers. */
  readonly description: string;
  /** Grafana's name of it. */
  readonly unit: string;
  /** In columns, of which a dashboard has 24. */
  readonly width: number;
  readonly queries: readonly Query[];
  /** Whether it asks Loki, by LogQL, and not Prometheus. @default false */
  readonly logs?: boolean;
  /** Where alerts begin, which are drawn in. @default - none */
  readonly thresholds?: readonly PanelThreshold[];
  /** @default - what the values have */
  readonly max?: number;
}

/** A graph over time. */
export interface GraphOptions extends PanelOptions {
  /** Whether the series are parts of one whole. @default false */
  readonly stacked?: boolean;
  /** Whether they are counts of single events. @default false */
  readonly bars?: boolean;
  /** Whether values below zero are drawn, too. @default false */
  readonly signed?: boolean;
}

/** Words and colours that stand for values. */
export type ValueMappings = Readonly<Record<string, { readonly text: string; readonly color: string }>>;

/** One number, coloured by its limits. */
export interface StatOptions extends PanelOptions {
  /** Words and colours in place of values. @default - none */
  readonly mappings?: ValueMappings;
  /** Whether to show what the series is called, in place of its value. @default false */
  readonly showName?: boolean;
  readonly decimals?: number;
  /** In lines of the dashboard. @default 4 */
  readonly height?: number;
}

const LOKI = { type: DataSources.LOKI, uid: DataSources.LOKI };
const PROMETHEUS = { type: DataSources.PROMETHEUS, uid: DataSources.PROMETHEUS };
/** In lines of the dashboard. */
export const GRAPH_HEIGHT = 8;
const STAT_HEIGHT = 4;

/** Whether something is there: the values of `up`. */
export const UP_DOWN = {
  0: { text: "down", color: Colours.CRITICAL },
  1: { text: "up", color: Colours.GOOD },
} as const;

/** A graph over time, with what each series had least, most and last. */
export function graph(sketch: GraphOptions): Builder<Panel> {
  const { thresholds = [], stacked = false, bars = false, signed = false, max } = sketch;
  const panel = new GraphBuilder()
    .title(sketch.title)
    .description(sketch.description)
    .datasource(sourceOf(sketch))
    .height(GRAPH_HEIGHT)
    .span(sketch.width)
    .unit(sketch.unit)
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
  sketch.queries.forEach((query, index) =>
    panel.withTarget(sketch.logs === true ? logTarget(query, index, "range") : target(query, index).range()),
  );
  return panel;
}

/** The present value, large, with its course behind it. */
export function stat(sketch: StatOptions): Builder<Panel> {
  const { thresholds = [], mappings, showName = false, decimals, height = STAT_HEIGHT, max } = sketch;
  const panel = new StatBuilder()
    .title(sketch.title)
    .description(sketch.description)
    .datasource(sourceOf(sketch))
    .height(height)
    .span(sketch.width)
    .unit(sketch.unit)
    .thresholds(absoluteThresholds(thresholds))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Value)
    .graphMode(mappings || showName ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .textMode(showName ? BigValueTextMode.Name : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
  if (mappings) panel.mappings([valueMapping(mappings)]);
  if (decimals !== undefined) panel.decimals(decimals);
  if (max !== undefined) panel.min(0).max(max);
  // Of logs it counts those of the time that is shown, which is one number.
  sketch.queries.forEach((query, index) =>
    panel.withTarget(sketch.logs === true ? logTarget(query, index, "instant") : target(query, index).range()),
  );
  return panel;
}

/** Words in place of values, as Grafana has them. */
export function valueMapping(words: ValueMappings): ValueMapping {
  return { type: MappingType.ValueToText, options: { ...words } };
}

/** Limits as a panel takes them. */
export function absoluteThresholds(limits: readonly PanelThreshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholdSteps(limits));
}

/** A query whose present values become lines of a table. */
export function tableTarget(expr: string, index: number): DataqueryBuilder {
  return target({ expr, legend: "" }, index).instant().format(PromQueryFormat.Table);
}

/** A query of LogQL: over the time that is shown, or of its end. */
export function logTarget({ expr, legend }: Query, index: number, type: "range" | "instant"): LogQueryBuilder {
  return new LogQueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .expr(expr)
    .queryType(type)
    .legendFormat(legend);
}

function sourceOf({ logs }: PanelOptions): typeof LOKI | typeof PROMETHEUS {
  return logs === true ? LOKI : PROMETHEUS;
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .expr(expr)
    .legendFormat(legend);
}
