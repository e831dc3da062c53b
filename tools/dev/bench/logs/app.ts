// A server whose access log is sent to Loki on another server, with limits that are never reached.
import { App, TerraformStack } from "cdktf";
import {
  LocalNetwork,
  LocalServer,
  LogAgent,
  LogSource,
  Loki,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
  Transport,
} from "../../../../constructs/index";

const { LOCAL_PREFIX: prefix = "bench", LOCAL_SUBNET: subnet, LOG_AGENT = "alloy" } = process.env;
const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", { prefix, subnet });
const logAgent = LogAgent.named(LOG_AGENT);
// The minimal Promtail has no certificate, and both agents must send in the same way.
const transport = Transport.plain();
const monitoring = new Monitoring(stack, "monitoring", { technicians: [network.gateway], logAgent, transport });
const hub = new MonitoringHost(stack, "hub", {
  monitoring,
  server: new LocalServer(stack, "hub-server", { network }),
});
new Prometheus(hub, "prometheus");
new Loki(hub, "loki", { limits: { ingestionRateMb: 100, streamRateMb: 100 } });
new MonitoredServer(stack, "app", {
  monitoring,
  server: new LocalServer(stack, "app-server", { network }),
  logs: [LogSource.nginx({ accessLogs: ["/srv/logs/ours-*.log"] })],
});
app.synth();
