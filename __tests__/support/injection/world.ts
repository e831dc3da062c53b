import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import {
  Architecture,
  Component,
  ComponentDescription,
  ExistingServer,
  ExistingServerProps,
  GeneratedFile,
  IServer,
  IServerNetwork,
  MonitoredServerProps,
  Monitoring,
  MonitoringHost,
  MonitoringProps,
  Prometheus,
  PrometheusProps,
  Query,
  SshAccess,
  Variables,
} from "../../../constructs";
import { AwsNetwork, AwsNetworkProps, KeyPair } from "../../../constructs/aws";
import { projectRoot } from "../../../tools/cli/project";

const EXAMPLES = join(projectRoot, "examples");
export const PLAYBOOK = join(EXAMPLES, "site", "site.yml");

/** What a test places in a stack. */
export interface Topology {
  readonly monitoring?: Partial<MonitoringProps>;
  readonly server?: Partial<ExistingServerProps>;
  /** Server to use instead of an `ExistingServer`. */
  readonly machine?: IServer;
  readonly member?: Partial<MonitoredServerProps>;
  readonly prometheus?: PrometheusProps;
  /** Construct ids, by class. */
  readonly ids?: Readonly<Record<string, string>>;
}

/** One stack with a small but complete monitoring. */
export class World {
  public readonly stack = new TerraformStack(Testing.app(), "test");
  private built?: Monitoring;

  /** Constructs a monitoring with one host that runs Prometheus, and returns the host. */
  public hub({ monitoring, server, machine, member, prometheus, ids = {} }: Topology = {}): MonitoringHost {
    const { stack } = this;
    this.built = new Monitoring(stack, ids.Monitoring ?? "monitoring", {
      technicians: ["203.0.113.7/32"],
      ...monitoring,
    });
    const host = new MonitoringHost(stack, ids.MonitoringHost ?? "hub", {
      monitoring: this.built,
      server:
        machine ??
        new ExistingServer(stack, ids.ExistingServer ?? "hub-server", { address: "203.0.113.10", ...server }),
      ...member,
    });
    new Prometheus(host, ids.Prometheus ?? "prometheus", prometheus);
    return host;
  }

  /** Constructs an AWS network. */
  public aws(props: Partial<AwsNetworkProps> = {}, id = "vpc"): AwsNetwork {
    new AwsProvider(this.stack, "aws", { region: "eu-central-1" });
    return new AwsNetwork(this.stack, id, { keyPair: KeyPair.named("deployer"), ...props });
  }

  /** Files that the synthesis writes for the roles. */
  public get files(): readonly GeneratedFile[] {
    return this.built?._components.flatMap(({ files }) => files) ?? [];
  }

  /** Synthesizes the stack with all validations, and returns its Terraform JSON. */
  public synthesize(): unknown {
    if (this.built === undefined) this.hub();
    return JSON.parse(Testing.synth(this.stack, true)) as unknown;
  }
}

/** What a custom component declares. */
export interface Declared {
  readonly connections?: Component["connections"];
  readonly files?: readonly GeneratedFile[];
  readonly queries?: readonly Query[];
  readonly variables?: Variables;
}

/** A user-provided component. */
export class Custom extends Component {
  public constructor(
    scope: Construct,
    id = "custom",
    description: Partial<ComponentDescription> = {},
    private readonly declared: Declared = {},
  ) {
    super(scope, id, {
      kind: "backup_exporter",
      playbook: join(EXAMPLES, "backup-exporter", "backup_exporter.yml"),
      agent: true,
      listeners: [{ name: "http", port: 9150, protocol: "tcp", scrapeJob: "backup" }],
      ...description,
    });
  }

  public override get connections(): Component["connections"] {
    return this.declared.connections ?? [];
  }

  public override get files(): readonly GeneratedFile[] {
    return this.declared.files ?? [];
  }

  public override get queries(): readonly Query[] {
    return this.declared.queries ?? [];
  }

  public get variables(): Variables {
    return this.declared.variables ?? {};
  }

  public showWebUi(listener: string, title: string, known?: string): void {
    this.addWebUi(listener, title, known);
  }

  public showPort(listener: string): void {
    this.portOf(listener);
  }
}

/** A user-provided server in a user-provided network. */
export class CustomServer extends Construct implements IServer {
  public readonly name: string = "hub";
  public readonly id: string = "machine-1";
  public readonly generation: string = "1";
  public readonly address: string = "203.0.113.10";
  public readonly publicAddress?: string;
  public readonly secondAddress?: string;
  public readonly bindAddress: string = "";
  public readonly ssh: SshAccess = { host: "203.0.113.10", user: "root" };
  public readonly network: IServerNetwork;
  public readonly architecture = Architecture.AMD64;

  public constructor(scope: Construct, more: Partial<IServer> = {}, network = "lan") {
    super(scope, "custom-server");
    this.network = Object.assign(new Construct(scope, "custom-network"), { name: network });
    Object.assign(this, more);
  }

  public endpoint(port: number): string {
    return `${this.address}:${port}`;
  }
}
