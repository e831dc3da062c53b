import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { SeriesColours, STATUS_CLASSES } from "../builders/colours";
import { graph } from "../builders/panels";

/** Properties of a graph of requests by status class. */
export interface RequestGraphOptions {
  /** @default "Requests" */
  readonly title?: string;
  /** Question that the panel answers. */
  readonly description: string;
  /** PromQL rate of the requests, with the label `status_code`. */
  readonly rate: string;
  /** Width in columns of the dashboard. */
  readonly width: number;
  /** Colours of series in addition to those of the status classes. @default - none */
  readonly colours?: SeriesColours;
}

/**
 * Builds a graph of requests by status class, such as `4xx`. The status code -1 stands for a request without an answer and
 * gets the class `no answer`.
 */
export function requestGraph({ rate, colours, ...options }: RequestGraphOptions): Builder<Panel> {
  return graph({
    title: "Requests",
    ...options,
    unit: units.RequestsPerSecond,
    bars: true,
    stacked: true,
    sortBy: "Name",
    noValue: "No requests",
    colours: { ...STATUS_CLASSES, ...colours },
    queries: [{ expr: byStatusClass(rate), legend: "{{status_class}}" }],
  });
}

function byStatusClass(rate: string): string {
  const answered = `label_replace(${rate}, "status_class", "\${1}xx", "status_code", "([1-5])..")`;
  // In a stack, a class without requests would draw a line in its colour on top of the others.
  return `sum by (status_class) (label_replace(${answered}, "status_class", "no answer", "status_code", "-1")) > 0`;
}
