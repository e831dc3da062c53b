import { App, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import {
  LocalNetwork,
  LocalServer,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  PlaybookRun,
  Prometheus,
} from "./constructs";

/** Two servers on this machine: a hub with Prometheus, and an application server with a small nginx site. */
class LocalStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const network = new LocalNetwork(this, "network", {
      prefix: process.env.LOCAL_PREFIX,
      subnet: process.env.LOCAL_SUBNET,
    });
    const monitoring = new Monitoring(this, "monitoring", { technicians: [network.gateway] });

    const hub = new MonitoringHost(this, "hub", {
      monitoring,
      server: new LocalServer(this, "hub-server", { network }),
    });
    new Prometheus(hub, "prometheus", { retention: "30d" });

    const app = new MonitoredServer(this, "app", {
      monitoring,
      server: new LocalServer(this, "app-server", { network }),
    });
    new PlaybookRun(monitoring, "site", { playbook: join(__dirname, "examples", "site", "site.yml"), hosts: [app] });
  }
}

const app = new App();
new LocalStack(app, "local");
app.synth();
