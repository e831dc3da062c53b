import { App, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import {
  Access,
  AccessPeer,
  Alert,
  Component,
  Connection,
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

/** A service that asks Prometheus for the age of the backups, with its certificate, and writes it to its journal. */
class BackupReport extends Component {
  public constructor(
    scope: Construct,
    id: string,
    private readonly prometheus: Prometheus,
  ) {
    super(scope, id, {
      kind: "backup_report",
      playbook: join(__dirname, "backup-report", "backup_report.yml"),
      user: "backup_report", // can read the key of the certificate
      agent: true,
      listeners: [],
    });
  }

  public override get connections(): readonly Connection[] {
    return [{ kind: "prometheus", listener: "http", reason: "queries the age of backups", rights: ["read"] }];
  }

  public get variables(): Variables {
    const { monitoring, server } = this.member;
    const address = monitoring.dial(server, this.prometheus.member.server.name);
    return { backup_report_url: `https://${address}:9090/api/v1/query?query=backup_age_seconds` };
  }
}

const app = new App();
const stack = new TerraformStack(app, "own-component");
const network = new LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
  debian: process.env.LOCAL_DEBIAN,
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
  bounds: [
    Access.only("prometheus", [
      AccessPeer.technicians(),
      ...["prometheus", "backup_report"].map((kind) => AccessPeer.component(kind)),
    ]),
  ],
});
const hub = new MonitoringHost(stack, "hub", { monitoring, server: new LocalServer(stack, "hub-server", { network }) });
const prometheus = new Prometheus(hub, "prometheus");
const files = new MonitoredServer(stack, "files", {
  monitoring,
  server: new LocalServer(stack, "files-server", { network }),
});
new BackupExporter(files, "backups", "/var/backups");
new BackupReport(files, "report", prometheus);
app.synth();
