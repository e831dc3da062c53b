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
} from "./constructs";
import { AwsNetwork, AwsServer, KeyPair } from "./constructs/aws";

/** Two servers on this machine. */
class LocalStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const network = new LocalNetwork(this, "network", {
      prefix: process.env.LOCAL_PREFIX,
      subnet: process.env.LOCAL_SUBNET,
    });
    const monitoring = new Monitoring(this, "monitoring", {
      technicians: [network.gateway],
      // The servers' clock is that of this machine, which may be synchronised by whatever its kernel does not know of.
      alerts: [Alert.off("ClockNotSynchronised")],
      logAgent: agent(this),
      ...told(),
    });
    watch(this, monitoring, {
      hub: new LocalServer(this, "hub-server", { network }),
      app: new LocalServer(this, "app-server", { network }),
    });
  }
}

/** The same on EC2. What it needs to know is in the environment, or in the context of `cdktf.json`. */
class AwsStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const region = setting(this, "AWS_REGION", "awsRegion");
    const keyFile = setting(this, "AWS_KEY_FILE", "awsKeyFile");
    const technicians = setting(this, "TECHNICIANS", "technicians");
    if (region === undefined || keyFile === undefined || technicians === undefined) {
      this.explain({
        "AWS_REGION (awsRegion), such as eu-central-1": region,
        "AWS_KEY_FILE (awsKeyFile), your private SSH key's file, such as ~/.ssh/id_ed25519": keyFile,
        "TECHNICIANS (technicians), the addresses that you work from, such as 203.0.113.7/32": technicians,
      });
      return;
    }
    new AwsProvider(this, "aws", { region, defaultTags: [{ tags: { project: "cdktf-monitoring" } }] });
    const bucket = setting(this, "STATE_BUCKET", "stateBucket");
    if (bucket !== undefined) {
      new S3Backend(this, { bucket, region, key: `${id}.tfstate`, encrypt: true });
      // The lock is a file in the bucket (Terraform 1.10); the bindings do not know it.
      this.addOverride("terraform.backend.s3.use_lockfile", true);
    }
    const network = new AwsNetwork(this, "network", { keyPair: KeyPair.fromFile(keyFile) });
    const monitoring = new Monitoring(this, "monitoring", {
      technicians: technicians.split(/[\s,]+/).filter(Boolean),
      provision: setting(this, "PROVISION", "provision") !== "false",
      logAgent: agent(this),
      ...told(),
    });
    watch(this, monitoring, {
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

  /** A stack that says what it lacks when it is planned, and is in nobody's way who plans another one. */
  private explain(settings: Readonly<Record<string, string | undefined>>): void {
    const lacking = Object.keys(settings).filter((name) => settings[name] === undefined);
    const missing = new TerraformLocal(this, "missing", lacking);
    new DataResource(this, "settings").addOverride("lifecycle.precondition", [
      {
        condition: `\${length(${missing.fqn}) == 0}`,
        error_message: `The stack "${this.node.id}" is not configured. Set these variables of the environment (or keys of the context in cdktf.json):\n  ${lacking.join("\n  ")}`,
      },
    ]);
  }
}

/** A setting by its variable in the environment, else by its key in the context. */
function setting(scope: Construct, variable: string, key: string): string | undefined {
  const value = process.env[variable] ?? (scope.node.tryGetContext(key) as string | boolean | undefined);
  return value === undefined || value === "" ? undefined : `${value}`;
}

/** What sends logs: Alloy, unless there is only another one to be had. */
function agent(scope: Construct): LogAgent {
  return LogAgent.named(setting(scope, "LOG_AGENT", "logAgent") ?? "alloy");
}

/** Who is told of alerts: whoever the environment has a secret for. */
function told(): Pick<MonitoringProps, "receivers" | "deadMansSwitch"> {
  const has = (variable: string): boolean => (process.env[variable] ?? "") !== "";
  const receivers = [
    ...(has("SLACK_WEBHOOK_URL")
      ? [Receiver.slack("slack", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") })]
      : []),
    ...(has("NTFY_TOPIC_URL") ? [Receiver.ntfy("ntfy", { topicUrl: Secret.fromEnvironment("NTFY_TOPIC_URL") })] : []),
  ];
  return {
    receivers: receivers.length === 0 ? [] : [Receiver.group("everybody", receivers)],
    deadMansSwitch: has("HEALTHCHECKS_URL")
      ? Receiver.healthchecks("outside", { pingUrl: Secret.fromEnvironment("HEALTHCHECKS_URL") })
      : undefined,
  };
}

/** What both stacks have: a hub with all that watches, and an application server with a small nginx site. */
function watch(
  scope: Construct,
  monitoring: Monitoring,
  servers: { readonly hub: IServer; readonly app: IServer },
): void {
  const hub = new MonitoringHost(scope, "hub", { monitoring, server: servers.hub });
  new Prometheus(hub, "prometheus", { retention: "30d" });
  new Alertmanager(hub, "alertmanager");
  const others = setting(scope, "COMMUNITY_DASHBOARDS", "communityDashboards") !== "false";
  new Grafana(hub, "grafana", { dashboards: others ? [Dashboard.fromGrafanaCom(1860, 45)] : [] });
  new Loki(hub, "loki");

  const app = new MonitoredServer(scope, "app", { monitoring, server: servers.app, logs: [LogSource.nginx()] });
  new PlaybookRun(monitoring, "site", { playbook: join(__dirname, "examples", "site", "site.yml"), hosts: [app] });
}

const app = new App();
new LocalStack(app, "local");
new AwsStack(app, "aws");
app.synth();
