import { TerraformStack } from "cdktf";
import {
  Artifacts,
  IServer,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
} from "../../../../constructs/index";

/** Creates a number of monitored servers with Prometheus on the first. `make` constructs a server with an id. */
export function monitorAll(
  stack: TerraformStack,
  technicians: readonly string[],
  count: number,
  make: (id: string) => IServer,
): void {
  const monitoring = new Monitoring(stack, "monitoring", { technicians, artifacts: Artifacts.released() });
  const hub = new MonitoringHost(stack, "hub", { monitoring, server: make("hub-server") });
  new Prometheus(hub, "prometheus");
  for (let number = 1; number < count; number += 1)
    new MonitoredServer(stack, `app-${number}`, { monitoring, server: make(`app-${number}-server`) });
}
