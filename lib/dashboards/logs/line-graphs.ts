import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Colours, LOG_LEVELS, SeriesColours } from "../builders/colours";
import { INTERVAL, LOG_PANEL_HEIGHT } from "../builders/log-panels";
import { graph } from "../builders/panels";

/** Matcher for the lines that report an error. */
export const ERRORS = 'level=~"error|critical"';

/** Properties of a graph that counts log lines. */
export interface LineGraphOptions {
  readonly title: string;
  /** Question that the panel answers. */
  readonly description: string;
  /** Matchers of the lines: `job="sshd"`. */
  readonly selected: string;
  /** Filter of the lines: `|= "Failed"`. @default - none, all lines */
  readonly filter?: string;
  /** Labels that distinguish the series, in the order of the legend. */
  readonly by: readonly string[];
  /** Width in columns of the dashboard. */
  readonly width: number;
  /** Text of a graph without lines. */
  readonly noLines: string;
  /** Colours of series. @default - the colours of levels if the series end in a level, else Grafana's palette */
  readonly colours?: SeriesColours;
  /** Colour for series with the same meaning: each series gets a shade of it. @default - Grafana's palette */
  readonly shades?: string;
}

/** Builds a graph of stacked bars that counts log lines. Series that end in a level have the colour of the level. */
export function lineGraph({ selected, filter, by, noLines, ...options }: LineGraphOptions): Builder<Panel> {
  const lines = filter === undefined ? `{${selected}}` : `{${selected}} ${filter}`;
  return graph({
    ...options,
    unit: units.LocaleFormat,
    height: LOG_PANEL_HEIGHT,
    decimals: 0,
    logs: true,
    bars: true,
    stacked: true,
    totals: true,
    noValue: noLines,
    colours: options.colours ?? (by.at(-1) === "level" ? LOG_LEVELS : undefined),
    queries: [
      {
        expr: `sum by (${by.join(", ")}) (count_over_time(${lines}${INTERVAL}))`,
        legend: by.map((label) => `{{${label}}}`).join(" "),
      },
    ],
  });
}

/** Builds a graph of the lines that report an error. */
export function errorGraph({ selected, ...options }: LineGraphOptions): Builder<Panel> {
  return lineGraph({ ...options, selected: `${selected},${ERRORS}`, shades: Colours.CRITICAL });
}
