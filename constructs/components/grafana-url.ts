import { Grafana } from "./grafana";
import type { Monitoring } from "../monitoring";

/** Where people open a monitoring's Grafana, the first where there are several; empty where none is placed. */
export function grafanaUrl(monitoring: Monitoring): string {
  const grafana = monitoring._first("grafana");
  return grafana instanceof Grafana ? grafana.url : "";
}
