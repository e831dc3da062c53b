import { Grafana } from "./grafana";
import { IMonitoring } from "../contracts";

/** Returns the URL of the first Grafana of a monitoring; empty if there is none. */
export function grafanaUrl(monitoring: IMonitoring): string {
  const grafana = monitoring._first("grafana");
  return grafana instanceof Grafana ? grafana.url : "";
}
