import { App, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import {
  Alert,
  Alertmanager,
  Dashboard,
  Grafana,
  LocalNetwork,
  LocalServer,
  LogAgent,
  LogSource,
  Loki,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  PlaybookRun,
  Prometheus,
  Transport,
} from "../constructs";

/**
 * The stack `local` of `main.ts` on more servers: each component runs on its own server, and there are two application
 * servers. Only the servers and the scopes of the components differ.
 *
 * To deploy the stack, run `npx cdktf deploy --app "npx tsx examples/spread.ts" spread`.
 */
class SpreadStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const network = new LocalNetwork(this, "network", {
      prefix: process.env.LOCAL_PREFIX,
      subnet: process.env.LOCAL_SUBNET,
      debian: process.env.LOCAL_DEBIAN,
    });
    const monitoring = new Monitoring(this, "monitoring", {
      technicians: [network.gateway],
      // Containers share this machine's clock. The kernel cannot see whether a program on this machine synchronises it.
      alerts: [Alert.off("ClockNotSynchronised")],
      logAgent: LogAgent.named(process.env.LOG_AGENT ?? "alloy"),
      transport: Transport.mutualTls({ httpWebUis: true }),
    });
    const server = (name: string): LocalServer => new LocalServer(this, `${name}-server`, { network });
    const host = (name: string): MonitoringHost => new MonitoringHost(this, name, { monitoring, server: server(name) });

    new Prometheus(host("metrics"), "prometheus", { retention: "30d" });
    new Alertmanager(host("alerts"), "alertmanager");
    const communityDashboards = process.env.COMMUNITY_DASHBOARDS !== "false";
    const nodeExporterFull = Dashboard.fromGrafanaCom(1860, 45, { collectors: ["interrupts", "processes", "tcpstat"] });
    new Grafana(host("dashboards"), "grafana", { dashboards: communityDashboards ? [nodeExporterFull] : [] });
    new Loki(host("logs"), "loki");

    const applications = ["app", "app-2"].map(
      (name) => new MonitoredServer(this, name, { monitoring, server: server(name), logs: [LogSource.nginx()] }),
    );
    new PlaybookRun(monitoring, "site", { playbook: join(__dirname, "site", "site.yml"), hosts: applications });
  }
}

const app = new App();
new SpreadStack(app, "spread");
app.synth();
