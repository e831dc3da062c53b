import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { LogsDedupStrategy, LogsSortOrder } from "@grafana/grafana-foundation-sdk/common";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as LogsBuilder } from "@grafana/grafana-foundation-sdk/logs";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Severity } from "../../alerts/rule";
import { DataSources } from "../data-sources";
import { orZero } from "../expressions";
import { logTarget, stat } from "./panels";
import { table } from "./tables";

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

/** A label that a ranking shows in a column. */
export interface RankedLabel {
  readonly label: string;
  /** Title of the column. */
  readonly title: string;
  /** Width in pixels. @default - a share of the remaining width */
  readonly width?: number;
  /** Smallest width in pixels of a column without a width. @default 80 */
  readonly minWidth?: number;
}

/** Properties of a table of the most frequent values. */
export interface RankingOptions {
  readonly title: string;
  /** Question that the panel answers. */
  readonly description: string;
  /** LogQL query with one series for each combination of the labels. */
  readonly expr: string;
  /** Labels that identify a row, in the order of their columns. */
  readonly labels: readonly RankedLabel[];
  /** Title of the column of numbers. */
  readonly counted: string;
  /** Grafana's identifier of the unit of the numbers. @default - none, because the numbers are counts */
  readonly unit?: string;
  /** Colour of the bars. @default Colours.NEUTRAL */
  readonly colour?: string;
  /** Text of a ranking without rows. */
  readonly noRows: string;
  /** Width in columns of the dashboard. */
  readonly width: number;
  /** Height in grid rows of the dashboard. @default 9 */
  readonly height?: number;
}

/** Properties of the number of lines in the time range of the dashboard. */
export interface LineCountOptions {
  readonly title: string;
  /** Question that the panel answers. */
  readonly description: string;
  /** LogQL query for one number; a query without a result counts as zero. */
  readonly expr: string;
  /** Grafana's identifier of the unit. @default - the number is a count */
  readonly unit?: string;
  /** Severity whose colour a number above zero has. @default - none, because the number is neither good nor bad */
  readonly severity?: Severity;
  /** Width in columns of the dashboard. */
  readonly width: number;
}

const LOKI = { type: DataSources.LOKI, uid: DataSources.LOKI };
/** Height of graphs and rankings in grid rows of the dashboard. The legend of a graph has room for four series. */
export const LOG_PANEL_HEIGHT = 9;
const LINES_HEIGHT = 14;
/** Width in pixels of the column with numbers and bars. */
const BAR_WIDTH = 140;
/** Smallest width in pixels of a column with names. */
const NAME_WIDTH = 80;
/** Percentage above which a share has the colour of its severity: any share above zero. */
const SMALLEST_SHARE = 1e-6;
/** Number of lines that a panel loads. Grafana's Explore shows more. */
const MAX_LINES = 200;
/** Puts the server and the log in front of each line, as in syslog. Grafana shows labels only when a line is opened. */
const WITH_SOURCE = '| line_format "{{.instance}} {{.job}}: {{__line__}}"';

/** Interval between two points of a graph. The newer name `$__auto` does not exist in Grafana 10. */
export const INTERVAL = "[$__interval]";
/** Range of the whole dashboard. */
export const RANGE = "[$__range]";
/** Number of rows in a ranking. */
const RANKING_SIZE = 15;

/** Builds a panel of log lines, newest first. Each line begins with its server and its log. */
export function logLines(options: LogLinesOptions): Builder<Panel> {
  return new LogsBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(LOKI)
    .height(options.height ?? LINES_HEIGHT)
    .span(options.width)
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .dedupStrategy(LogsDedupStrategy.None)
    .sortOrder(LogsSortOrder.Descending)
    .withTarget(logTarget({ expr: `${options.expr} ${WITH_SOURCE}`, legend: "" }, 0, "range").maxLines(MAX_LINES));
}

/**
 * Builds a table of the highest numbers in the time range of the dashboard, with a bar in each row.
 *
 * Grafana turns the result of an instant query to Loki into one table. A bar gauge or a stat panel would reduce this
 * table to a single number without a name.
 */
export function ranking(options: RankingOptions): Builder<Panel> {
  const { labels, counted, unit = units.Short, colour, expr, height = LOG_PANEL_HEIGHT, ...rest } = options;
  return table({
    ...rest,
    logs: true,
    height,
    sort: [{ column: counted }],
    columns: [
      ...labels.map((label) => ({ minWidth: NAME_WIDTH, ...label })),
      { title: counted, expr: `topk(${RANKING_SIZE}, ${expr})`, unit, colour, bar: true, width: BAR_WIDTH },
    ],
  });
}

/** Builds a panel of one number that describes the whole time range of the dashboard. */
export function lineCount({ expr, unit = units.Short, severity, ...rest }: LineCountOptions): Builder<Panel> {
  const percentage = unit === units.Percent;
  return stat({
    ...rest,
    unit,
    decimals: percentage ? 1 : undefined,
    logs: true,
    thresholds: severity === undefined ? [] : [{ value: percentage ? SMALLEST_SHARE : 1, severity }],
    queries: [{ expr: orZero(expr), legend: rest.title }],
  });
}
