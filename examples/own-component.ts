import { App, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import {
  Alert,
  Component,
  LocalNetwork,
  LocalServer,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
  Severity,
  Variables,
} from "../constructs";

/** An exporter for the age of the newest file in a folder. */
class BackupExporter extends Component {
  public constructor(
    scope: Construct,
    id: string,
    private readonly folder: string,
  ) {
    super(scope, id, {
      kind: "backup_exporter",
      playbook: join(__dirname, "backup-exporter", "backup_exporter.yml"),
      agent: true, // can be placed on any member, not only on a MonitoringHost
      listeners: [{ name: "http", port: 9150, protocol: "tcp", scrapeJob: "backup", technicians: true }],
    });
  }

  public override get emits(): ReadonlySet<string> {
    return new Set(["backup_age_seconds"]);
  }

  public get variables(): Variables {
    return { backup_exporter_port: this.portOf("http"), backup_exporter_folder: this.folder };
  }
}

const app = new App();
const stack = new TerraformStack(app, "own-component");
const network = new LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
});
const monitoring = new Monitoring(stack, "monitoring", {
  technicians: [network.gateway],
  alerts: [
    Alert.custom({
      name: "BackupOld",
      expr: "backup_age_seconds > 2 * 86400",
      severity: Severity.WARNING,
      summary: "the newest backup on {{ $labels.instance }} is {{ $value | humanizeDuration }} old",
      description: "A backup is made each night.",
    }),
  ],
});
const hub = new MonitoringHost(stack, "hub", { monitoring, server: new LocalServer(stack, "hub-server", { network }) });
new Prometheus(hub, "prometheus");
const files = new MonitoredServer(stack, "files", {
  monitoring,
  server: new LocalServer(stack, "files-server", { network }),
});
new BackupExporter(files, "backups", "/var/backups");
app.synth();
