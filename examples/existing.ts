import { App, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import {
  ExistingNetwork,
  ExistingServer,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
} from "../constructs";

/** Returns a setting from the environment. The default addresses are reserved for documentation (RFC 5737). */
const setting = (name: string, defaultValue: string): string => process.env[name] ?? defaultValue;

/**
 * Existing servers: a hub with a public address, and an application server that is reachable only through the hub.
 *
 * To install the monitoring on the servers, run `npx cdktf deploy --app "npx tsx examples/existing.ts" existing`. To
 * uninstall it, run the same command with `destroy` instead of `deploy`.
 */
class ExistingStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const hubAddress = setting("HUB_ADDRESS", "203.0.113.10");
    const user = setting("SSH_USER", "root");
    const keyFile = process.env.SSH_KEY_FILE;
    const monitoring = new Monitoring(this, "monitoring", { technicians: [setting("TECHNICIAN", "198.51.100.7/32")] });

    // Servers of one network connect to each other's private addresses.
    const network = new ExistingNetwork(this, "lan");
    const hub = new MonitoringHost(this, "hub", {
      monitoring,
      server: new ExistingServer(this, "hub-server", {
        address: hubAddress,
        network,
        privateAddress: setting("HUB_PRIVATE_ADDRESS", "192.0.2.10"),
        user,
        keyFile,
      }),
    });
    new Prometheus(hub, "prometheus", { retention: "30d" });

    new MonitoredServer(this, "app", {
      monitoring,
      server: new ExistingServer(this, "app-server", {
        address: setting("APP_ADDRESS", "192.0.2.11"),
        network,
        user,
        keyFile,
        jumpHost: `${user}@${hubAddress}`,
      }),
    });
  }
}

const app = new App();
new ExistingStack(app, "existing");
app.synth();
