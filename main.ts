import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, DataResource, S3Backend, TerraformLocal, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import {
  Alert,
  Alertmanager,
  Dashboard,
  Grafana,
  IServer,
  LocalNetwork,
  LocalServer,
  LogAgent,
  LogSource,
  Loki,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  MonitoringProps,
  PlaybookRun,
  Prometheus,
  Receiver,
  Secret,
  Transport,
} from "./constructs";
import { AwsNetwork, AwsServer, KeyPair } from "./constructs/aws";

/** Two servers on this machine: containers that boot Debian with systemd. */
class LocalStack extends TerraformStack {
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
      logAgent: logAgent(this),
      // Nobody else reads the traffic between this machine and its containers: the browser needs no certificate.
      transport: Transport.mutualTls({ httpWebUis: true }),
      ...notifications(),
    });
    placeComponents(this, monitoring, {
      hub: new LocalServer(this, "hub-server", { network }),
      app: new LocalServer(this, "app-server", { network }),
    });
  }
}

/** The same two servers on EC2. The settings come from the environment, or from the context in `cdktf.json`. */
class AwsStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const region = setting(this, "AWS_REGION", "awsRegion");
    const keyFile = setting(this, "AWS_KEY_FILE", "awsKeyFile");
    const technicians = setting(this, "TECHNICIANS", "technicians");
    if (region === undefined || keyFile === undefined || technicians === undefined) {
      this.failPlan({
        "AWS_REGION (awsRegion), such as eu-central-1": region,
        "AWS_KEY_FILE (awsKeyFile), the file of your private SSH key, such as ~/.ssh/id_ed25519": keyFile,
        "TECHNICIANS (technicians), the addresses that you work from, such as 203.0.113.7/32": technicians,
      });
      return;
    }
    new AwsProvider(this, "aws", { region, defaultTags: [{ tags: { project: "cdktf-monitoring" } }] });
    const bucket = setting(this, "STATE_BUCKET", "stateBucket");
    if (bucket !== undefined) {
      new S3Backend(this, { bucket, region, key: `${id}.tfstate`, encrypt: true });
      // Terraform 1.10 locks the state with a file in the bucket. The CDKTF bindings have no prop for it.
      this.addOverride("terraform.backend.s3.use_lockfile", true);
    }

    const network = new AwsNetwork(this, "network", { keyPair: KeyPair.fromFile(keyFile) });
    const monitoring = new Monitoring(this, "monitoring", {
      technicians: technicians.split(/[\s,]+/).filter(Boolean),
      provision: setting(this, "PROVISION", "provision") !== "false",
      logAgent: logAgent(this),
      ...notifications(),
    });
    placeComponents(this, monitoring, {
      hub: new AwsServer(this, "hub-server", {
        network,
        instanceType: setting(this, "HUB_INSTANCE_TYPE", "hubInstanceType") ?? "t3.medium",
        dataVolumeSize: 20,
        elasticIp: true,
      }),
      app: new AwsServer(this, "app-server", {
        network,
        instanceType: setting(this, "APP_INSTANCE_TYPE", "appInstanceType"),
      }),
    });
  }

  /** Makes `cdktf plan` of this stack fail with a list of the missing settings. Other stacks stay deployable. */
  private failPlan(settings: Readonly<Record<string, string | undefined>>): void {
    const names = Object.keys(settings).filter((name) => settings[name] === undefined);
    const missing = new TerraformLocal(this, "missing", names);
    new DataResource(this, "settings").addOverride("lifecycle.precondition", [
      {
        condition: `\${length(${missing.fqn}) == 0}`,
        error_message: `The stack "${this.node.id}" is not configured. Set these environment variables (or keys of the context in cdktf.json):\n  ${names.join("\n  ")}`,
      },
    ]);
  }
}

/** The components of both stacks: a hub with the monitoring, and an application server with a small nginx site. */
function placeComponents(
  scope: Construct,
  monitoring: Monitoring,
  servers: { readonly hub: IServer; readonly app: IServer },
): void {
  // A component runs on the host that is its scope. To move it, pass another host.
  const hub = new MonitoringHost(scope, "hub", { monitoring, server: servers.hub });
  const communityDashboards = setting(scope, "COMMUNITY_DASHBOARDS", "communityDashboards") !== "false";
  // With the log lines of a month, the samples fit the data volume of the stack "aws".
  new Prometheus(hub, "prometheus", { retention: "30d", retentionSize: "5GB" });
  new Alertmanager(hub, "alertmanager");
  const nodeExporterFull = Dashboard.fromGrafanaCom(1860, 45, { collectors: ["interrupts", "processes", "tcpstat"] });
  new Grafana(hub, "grafana", { dashboards: communityDashboards ? [nodeExporterFull] : [] });
  new Loki(hub, "loki");

  // A monitored server gets a node exporter and a log agent by itself.
  const app = new MonitoredServer(scope, "app", { monitoring, server: servers.app, logs: [LogSource.nginx()] });
  new PlaybookRun(monitoring, "site", { playbook: join(__dirname, "examples", "site", "site.yml"), hosts: [app] });
}

/** Returns the receivers whose secrets are in the environment. */
function notifications(): Pick<MonitoringProps, "receivers" | "deadMansSwitch"> {
  const isSet = (variable: string): boolean => (process.env[variable] ?? "") !== "";
  const receivers = [
    ...(isSet("SLACK_WEBHOOK_URL")
      ? [Receiver.slack("slack", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") })]
      : []),
    ...(isSet("NTFY_TOPIC_URL") ? [Receiver.ntfy("ntfy", { topicUrl: Secret.fromEnvironment("NTFY_TOPIC_URL") })] : []),
  ];
  return {
    receivers: receivers.length === 0 ? [] : [Receiver.group("everybody", receivers)],
    // An external service that notifies you if the monitoring itself is down.
    deadMansSwitch: isSet("HEALTHCHECKS_URL")
      ? Receiver.healthchecks("outside", { pingUrl: Secret.fromEnvironment("HEALTHCHECKS_URL") })
      : undefined,
  };
}

/** Returns the program that sends logs. Set LOG_AGENT=promtail if Alloy is not available. */
function logAgent(scope: Construct): LogAgent {
  return LogAgent.named(setting(scope, "LOG_AGENT", "logAgent") ?? "alloy");
}

/** Returns a setting from an environment variable or, if the variable is not set, from the context in `cdktf.json`. */
function setting(scope: Construct, variable: string, key: string): string | undefined {
  const value = process.env[variable] ?? (scope.node.tryGetContext(key) as string | boolean | undefined);
  return value === undefined || value === "" ? undefined : `${value}`;
}

const app = new App();
new LocalStack(app, "local");
new AwsStack(app, "aws");
app.synth();
