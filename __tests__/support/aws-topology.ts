import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MonitoredServer, Monitoring, MonitoringHost, MonitoringProps, Prometheus } from "../../constructs";
import { AwsNetwork, AwsNetworkProps, AwsServer, AwsServerProps, KeyPair } from "../../constructs/aws";

/** Creates a new SSH key pair. Returns the path of the private key. */
export function makeKey(): string {
  const file = join(mkdtempSync(join(tmpdir(), "key-")), "id_ed25519");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file]);
  return file;
}

/** The smallest complete topology on AWS: a hub with Prometheus. */
export class AwsHub {
  public readonly network: AwsNetwork;
  public readonly monitoring: Monitoring;
  public readonly hub: MonitoringHost;

  public constructor(
    private readonly stack: TerraformStack,
    props: {
      readonly network?: Partial<AwsNetworkProps>;
      readonly monitoring?: Partial<MonitoringProps>;
      readonly hub?: Partial<AwsServerProps>;
    } = {},
  ) {
    new AwsProvider(stack, "aws", { region: "eu-central-1" });
    this.network = new AwsNetwork(stack, "network", { keyPair: KeyPair.named("deployer"), ...props.network });
    this.monitoring = new Monitoring(stack, "monitoring", { technicians: ["203.0.113.7/32"], ...props.monitoring });
    const server = this.server("hub", props.hub);
    this.hub = new MonitoringHost(stack, "hub", { monitoring: this.monitoring, server });
    new Prometheus(this.hub, "prometheus");
  }

  /** Adds a server that is not a member. */
  public server(name: string, props: Partial<AwsServerProps> = {}): AwsServer {
    return new AwsServer(this.stack, `${name}-server`, { network: this.network, ...props });
  }

  /** Adds a monitored server. */
  public member(name: string, props: Partial<AwsServerProps> = {}): MonitoredServer {
    return new MonitoredServer(this.stack, name, { monitoring: this.monitoring, server: this.server(name, props) });
  }
}
