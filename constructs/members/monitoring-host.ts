import { MonitoredServer } from "./monitored-server";

/**
 * A server on which components such as Prometheus and Grafana run. The host itself is monitored too.
 *
 * To place a component on a host, pass the host as the scope of the component.
 *
 * @example
 * const hub = new MonitoringHost(this, "hub", { monitoring, server });
 * new Prometheus(hub, "prometheus");
 * new Grafana(hub, "grafana");
 */
export class MonitoringHost extends MonitoredServer {
  public override readonly _hostsComponents: boolean = true;
}
