import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  LogsDedupStrategy,
  LogsSortOrder,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import { FieldColorBuilder, FieldColorModeId, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as LogsBuilder } from "@grafana/grafana-foundation-sdk/logs";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { DataSources } from "../data-sources";
import { logTarget } from "./panels";

/** Properties of a panel of log lines. */
export interface LogLinesOptions {
  readonly title: string;
  /** Question that the panel answers. */
  readonly description: string;
  /** LogQL query that selects the lines. */
  readonly expr: string;
  /** Width in columns of the dashboard. */
  readonly width: number;
  /** Height in grid rows of the dashboard. @default 14 */
  readonly height?: number;
}

/** Properties of a panel that ranks counted values. */
export interface RankingOptions {
  readonly title: string;
  readonly description: string;
  /** LogQL query with one series per counted value. */
  readonly expr: string;
  /** Name of each value, from its labels: `{{user}}`. */
  readonly legend: string;
  /** Width in columns of the dashboard. */
  readonly width: number;
}

const LOKI = { type: DataSources.LOKI, uid: DataSources.LOKI };
const RANKING_HEIGHT = 10;
const LINES_HEIGHT = 14;
/** Number of lines that a panel loads. Grafana's Explore shows more. */
const MAX_LINES = 200;

/** Interval between two points of a graph. The newer name `$__auto` does not exist in Grafana 10. */
export const INTERVAL = "[$__interval]";
/** Range of the whole dashboard. */
export const RANGE = "[$__range]";
/** Number of values in a ranking. */
export const RANKING_SIZE = 15;

/** Builds a panel of log lines, newest first. */
export function logLines({ title, description, expr, width, height = LINES_HEIGHT }: LogLinesOptions): Builder<Panel> {
  return new LogsBuilder()
    .title(title)
    .description(description)
    .datasource(LOKI)
    .height(height)
    .span(width)
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .dedupStrategy(LogsDedupStrategy.None)
    .sortOrder(LogsSortOrder.Descending)
    .withTarget(logTarget({ expr, legend: "" }, 0, "range").maxLines(MAX_LINES));
}

/** Builds a bar gauge of the most frequent values in the time range of the dashboard. */
export function ranking({ title, description, expr, legend, width }: RankingOptions): Builder<Panel> {
  return new BarGaugeBuilder()
    .title(title)
    .description(description)
    .datasource(LOKI)
    .height(RANKING_HEIGHT)
    .span(width)
    .unit(units.Short)
    .min(0)
    .noValue("none")
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor("blue"))
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .withTarget(logTarget({ expr: `topk(${RANKING_SIZE}, ${expr})`, legend }, 0, "instant"));
}
