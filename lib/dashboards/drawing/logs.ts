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
export interface LinesSketch {
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
export interface RankingSketch {
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
const LINES = 200;

/** Over the time between two points of a graph; `$__auto` means the same, but Grafana 10 does not know it. */
export const STEP = "[$__interval]";
/** Over all of the time that is shown. */
export const SHOWN = "[$__range]";
/** How many a ranking has. */
export const MOST = 15;

/** The newest lines, newest first. */
export function lines({ title, description, expr, width, height = LINES_HEIGHT }: LinesSketch): Builder<Panel> {
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
    .withTarget(logTarget({ expr, legend: "" }, 0, "range").maxLines(LINES));
}

/** What there was most of in the time that is shown, as bars. */
export function ranking({ title, description, expr, legend, width }: RankingSketch): Builder<Panel> {
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
    .withTarget(logTarget({ expr: `topk(${MOST}, ${expr})`, legend }, 0, "instant"));
}
