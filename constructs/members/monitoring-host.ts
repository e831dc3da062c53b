import { MonitoredServer } from "./monitored-server";

/**
 * A server that hosts components such as Prometheus and Grafana. The host is monitored as well.
 *
 * A component runs on the host in whose scope it is constructed.
 *
 * @example
 * const hub = new MonitoringHost(this, "hub", { monitoring, server });
 * new Prometheus(hub, "prometheus");
 * new Grafana(hub, "grafana");
 */
export class MonitoringHost extends MonitoredServer {
  public override readonly _hostsComponents: boolean = true;
}
