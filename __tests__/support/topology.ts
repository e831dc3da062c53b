import { TerraformStack } from "cdktf";
import {
  LocalNetwork,
  LocalServer,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  MonitoringProps,
  Prometheus,
  PrometheusProps,
} from "../../constructs";

/** The smallest complete topology: a hub with Prometheus. */
export class Hub {
  public readonly network: LocalNetwork;
  public readonly monitoring: Monitoring;
  public readonly host: MonitoringHost;
  public readonly prometheus: Prometheus;

  public constructor(
    private readonly stack: TerraformStack,
    prometheus: PrometheusProps = {},
    monitoring: Partial<MonitoringProps> = {},
  ) {
    this.network = new LocalNetwork(stack, "network", { published: false });
    this.monitoring = new Monitoring(stack, "monitoring", { technicians: [this.network.gateway], ...monitoring });
    this.host = new MonitoringHost(stack, "hub", { monitoring: this.monitoring, server: this.server("hub") });
    this.prometheus = new Prometheus(this.host, "prometheus", prometheus);
  }

  /** Adds a server that is not a member. */
  public server(name: string, id = `${name}-server`): LocalServer {
    return new LocalServer(this.stack, id, { network: this.network, name });
  }

  /** Adds a monitored server. */
  public member(name: string): MonitoredServer {
    return new MonitoredServer(this.stack, name, { monitoring: this.monitoring, server: this.server(name) });
  }
}
