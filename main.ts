import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, DataResource, S3Backend, TerraformLocal, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import {
  AwsNetwork,
  AwsServer,
  IServer,
  KeyPair,
  LocalNetwork,
  LocalServer,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  PlaybookRun,
  Prometheus,
} from "./constructs";

/** Two servers on this machine. */
class LocalStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const network = new LocalNetwork(this, "network", {
      prefix: process.env.LOCAL_PREFIX,
      subnet: process.env.LOCAL_SUBNET,
    });
    const monitoring = new Monitoring(this, "monitoring", { technicians: [network.gateway] });
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
    const region = this.setting("AWS_REGION", "awsRegion");
    const keyFile = this.setting("AWS_KEY_FILE", "awsKeyFile");
    const technicians = this.setting("TECHNICIANS", "technicians");
    if (region === undefined || keyFile === undefined || technicians === undefined) {
      this.explain({
        "AWS_REGION (awsRegion), such as eu-central-1": region,
        "AWS_KEY_FILE (awsKeyFile), your private SSH key's file, such as ~/.ssh/id_ed25519": keyFile,
        "TECHNICIANS (technicians), the addresses that you work from, such as 203.0.113.7/32": technicians,
      });
      return;
    }
    new AwsProvider(this, "aws", { region, defaultTags: [{ tags: { project: "cdktf-monitoring" } }] });
    const bucket = this.setting("STATE_BUCKET", "stateBucket");
    if (bucket !== undefined) {
      new S3Backend(this, { bucket, region, key: `${id}.tfstate`, encrypt: true });
      // The lock is a file in the bucket (Terraform 1.10); the bindings do not know it.
      this.addOverride("terraform.backend.s3.use_lockfile", true);
    }
    const network = new AwsNetwork(this, "network", { keyPair: KeyPair.fromFile(keyFile) });
    const monitoring = new Monitoring(this, "monitoring", {
      technicians: technicians.split(/[\s,]+/).filter(Boolean),
      provision: this.setting("PROVISION", "provision") !== "false",
    });
    watch(this, monitoring, {
      hub: new AwsServer(this, "hub-server", {
        network,
        instanceType: this.setting("HUB_INSTANCE_TYPE", "hubInstanceType") ?? "t3.medium",
        dataVolumeSize: 20,
        elasticIp: true,
      }),
      app: new AwsServer(this, "app-server", {
        network,
        instanceType: this.setting("APP_INSTANCE_TYPE", "appInstanceType"),
      }),
    });
  }

  /** A setting by its variable in the environment, else by its key in the context. */
  private setting(variable: string, key: string): string | undefined {
    const value = process.env[variable] ?? (this.node.tryGetContext(key) as string | boolean | undefined);
    return value === undefined || value === "" ? undefined : `${value}`;
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

/** What both stacks have: a hub with Prometheus, and an application server with a small nginx site. */
function watch(
  scope: Construct,
  monitoring: Monitoring,
  servers: { readonly hub: IServer; readonly app: IServer },
): void {
  const hub = new MonitoringHost(scope, "hub", { monitoring, server: servers.hub });
  new Prometheus(hub, "prometheus", { retention: "30d" });

  const app = new MonitoredServer(scope, "app", { monitoring, server: servers.app });
  new PlaybookRun(monitoring, "site", { playbook: join(__dirname, "examples", "site", "site.yml"), hosts: [app] });
}

const app = new App();
new LocalStack(app, "local");
new AwsStack(app, "aws");
app.synth();
