import { MonitoredServer } from "./monitored-server";

/** A server on which components such as Prometheus are placed, by constructing them in its scope. It is watched too. */
export class MonitoringHost extends MonitoredServer {
  public override readonly _hostsComponents: boolean = true;
}
