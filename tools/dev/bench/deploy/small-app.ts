// A small stack: node exporters on two servers, Prometheus and Alertmanager on one of them. The environment can add servers.
import "./grow";
import { App, TerraformStack } from "cdktf";
import {
  Alertmanager,
  LocalNetwork,
  LocalServer,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
} from "../../../../constructs/index";

const { LOCAL_PREFIX: prefix = "bench", LOCAL_SUBNET: subnet, PROVISION } = process.env;
const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", { prefix, subnet });
const monitoring = new Monitoring(stack, "monitoring", {
  technicians: [network.gateway],
  provision: PROVISION !== "false",
});
const hub = new MonitoringHost(stack, "hub", {
  monitoring,
  server: new LocalServer(stack, "hub-server", { network }),
});
new Prometheus(hub, "prometheus");
new Alertmanager(hub, "alertmanager");
new MonitoredServer(stack, "app", { monitoring, server: new LocalServer(stack, "app-server", { network }) });
app.synth();
