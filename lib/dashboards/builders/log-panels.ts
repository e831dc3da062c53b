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

/** Lines as they were written. */
export interface LogLinesOptions {
  readonly title: string;
  /** The question that it answers. */
  readonly description: string;
  /** LogQL that selects lines. */
  readonly expr: string;
  /** In columns of the dashboard. */
  readonly width: number;
  /** In lines of the dashboard. @default 14 */
  readonly height?: number;
}

/** What there is most of. */
export interface RankingOptions {
  readonly title: string;
  readonly description: string;
  /** LogQL, with a number for each thing that is counted. */
  readonly expr: string;
  /** What each of them is called, made of labels: `{{user}}`. */
  readonly legend: string;
  /** In columns of the dashboard. */
  readonly width: number;
}

const LOKI = { type: DataSources.LOKI, uid: DataSources.LOKI };
const RANKING_HEIGHT = 10;
const LINES_HEIGHT = 14;
/** How many lines are loaded at once; a search in Grafana's Explore has all. */
const MAX_LINES = 200;

/** Over the time between two points of a graph; `$__auto` means the same, but Grafana 10 does not know it. */
export const INTERVAL = "[$__interval]";
/** Over all of the time that is shown. */
export const RANGE = "[$__range]";
/** How many a ranking has. */
export const RANKING_SIZE = 15;

/** The newest lines, newest first. */
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

/** What there was most of in the time that is shown, as bars. */
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
