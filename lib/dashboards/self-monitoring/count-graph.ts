import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { graph, GraphOptions } from "../builders/panels";

/** Properties of a graph that counts events. */
export type CountGraphOptions = Omit<GraphOptions, "unit" | "decimals" | "bars" | "stacked"> &
  Required<Pick<GraphOptions, "shades">>;

/** Builds a graph of events that all mean the same, such as lost lines: whole numbers as stacked bars of one colour. */
export function countGraph(options: CountGraphOptions): Builder<Panel> {
  return graph({ ...options, unit: units.Short, decimals: 0, bars: true, stacked: true });
}
