import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import { KeyPair as KeyPairResource } from "@cdktf/provider-aws/lib/key-pair";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformProvider, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { Architecture } from "../../../lib/servers/architecture";
import { literalForTerraform } from "../../../lib/templates";
import { ICloudFirewall, IMonitoring, IServer, IServerNetwork } from "../../contracts";
import { constructError, withConstructPath } from "../../synthesis/errors";
import { checkNetworkName } from "../server-names";
import { KeyPair } from "./aws-key-pair";
import { AwsSecurityGroups } from "./aws-security-groups";
import { createVpc, NewVpc } from "./aws-vpc";

/** An existing VPC with its subnets and routes. */
export interface AwsVpc {
  /** Id of the VPC. */
  readonly vpcId: string;
  /** Ids of the public subnets: those with a route to an internet gateway. */
  readonly subnetIds: readonly string[];
}

/** Settings of an {@link AwsNetwork}. */
export interface AwsNetworkProps {
  /** Key pair with which the controller logs in to new instances. */
  readonly keyPair: KeyPair;
  /**
   * Prefix of the names of the network's resources. It must be unique in an app.
   *
   * @default - the names of the stack and of the construct
   */
  readonly name?: string;
  /**
   * Existing VPC to use.
   *
   * @default - a new VPC with public subnets, an internet gateway and routes
   */
  readonly vpc?: AwsVpc;
  /**
   * IPv4 block of the new VPC, from /16 to /24. Each subnet takes a sixteenth of it.
   *
   * @default "10.72.0.0/16"
   */
  readonly cidrBlock?: string;
  /**
   * Availability zones of the new VPC, such as `eu-central-1a`. Each zone gets a public subnet; the maximum is 16.
   *
   * @default - the first two zones of the region
   */
  readonly availabilityZones?: readonly string[];
  /**
   * Whether servers also have IPv6 addresses and IPv6 internet access. The subnets of an existing VPC need IPv6 blocks.
   *
   * @default false
   */
  readonly ipv6?: boolean;
  /**
   * AWS provider to use, if the stack has several.
   *
   * @default - the default provider of the stack
   */
  readonly provider?: TerraformProvider;
}

/** AWS account of the Debian project (https://wiki.debian.org/Cloud/AmazonEC2Image). */
const DEBIAN_ACCOUNT = "136693071363";

/**
 * The public subnets of a VPC, for {@link AwsServer}s. Security groups allow only the inbound connections in the access
 * graph. Outbound connections are not restricted.
 *
 * @example
 * const vpc = new AwsNetwork(this, "vpc", { keyPair: KeyPair.named("deployer") });
 * new AwsServer(this, "web-server", { network: vpc, instanceType: "t3.small" });
 */
export class AwsNetwork extends Construct implements IServerNetwork, ICloudFirewall {
  public readonly name: string;
  /** Id of the VPC. */
  public readonly vpcId: string;
  /** Ids of the public subnets, in the order of their zones. */
  public readonly subnetIds: readonly string[];
  /**
   * Whether the VPC is an existing one, which this construct does not create.
   *
   * @internal
   */
  public readonly _existing: boolean;
  /** Whether servers have IPv6 addresses. */
  public readonly ipv6: boolean;
  /** AWS provider; undefined for the default provider of the stack. */
  public readonly provider?: TerraformProvider;
  /** Private key file on the controller. */
  public readonly keyFile?: string;
  /** Name of the EC2 key pair. */
  public readonly keyName: string;
  /**
   * Security groups of the network.
   *
   * @internal
   */
  public readonly _securityGroups: AwsSecurityGroups;
  /** Known availability zones, by the index of the subnet in `subnetIds`. */
  private readonly zones: Map<number, string>;

  /** @throws if the name, the key pair, the block, the zones or the subnets of the existing VPC are not valid */
  public constructor(scope: Construct, id: string, props: AwsNetworkProps) {
    super(scope, id);
    this.name = props.name ?? `${TerraformStack.of(this).node.id}-${id}`;
    checkNetworkName(this, "name", 63);
    this.provider = props.provider;
    this.ipv6 = props.ipv6 ?? false;
    this.requireProvider();
    this._existing = props.vpc !== undefined;
    const { name, provider, ipv6 } = this;
    const { cidrBlock = "10.72.0.0/16", availabilityZones } = props;
    if (props.vpc) this.checkExisting(props, props.vpc);
    const { vpcId, subnetIds, zones }: NewVpc = props.vpc
      ? { ...literalForTerraform(props.vpc), zones: [] }
      : createVpc(this, {
          name,
          provider,
          ipv6,
          cidrBlock,
          availabilityZones: literalForTerraform(availabilityZones),
        });
    this.vpcId = vpcId;
    this.subnetIds = [...subnetIds];
    this.zones = new Map(zones.entries());
    this.keyFile = props.keyPair.keyFile;
    this.keyName = this.registerKey(props.keyPair);
    this._securityGroups = new AwsSecurityGroups(this, "security-groups", {
      network: this,
      vpcId: this.vpcId,
      provider,
    });
  }

  /**
   * Returns the availability zone of a subnet.
   *
   * @param subnet index of the subnet in `subnetIds`
   * @internal
   */
  public _zoneOf(subnet: number): string {
    const found = this.zones.get(subnet);
    if (found !== undefined) return found;
    const id = this.subnetIds[subnet];
    const zone = new DataAwsSubnet(this, `zone-of-subnet-${subnet}`, { provider: this.provider, id }).availabilityZone;
    this.zones.set(subnet, zone);
    return zone;
  }

  /**
   * Returns the id of the newest Debian 12 image for an architecture.
   *
   * @internal
   */
  public _newestImage(architecture: Architecture): string {
    const id = `debian-12-${architecture}`;
    const found = this.node.tryFindChild(id) as DataAwsAmi | undefined;
    const image =
      found ??
      new DataAwsAmi(this, id, {
        provider: this.provider,
        mostRecent: true,
        owners: [DEBIAN_ACCOUNT],
        filter: [{ name: "name", values: [`${id}-*`] }],
      });
    return image.id;
  }

  public follow(monitoring: IMonitoring, server: IServer): void {
    // The ingress rules are in the scope of the monitoring, so that they are in its stack.
    if (!Construct.isConstruct(monitoring)) throw constructError(this, "follow: pass a Monitoring");
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the line above checks it
    this._securityGroups._follow(monitoring, server);
  }

  private checkExisting({ cidrBlock, availabilityZones }: AwsNetworkProps, { subnetIds }: AwsVpc): void {
    if (subnetIds.length === 0)
      throw constructError(this, "vpc.subnetIds: the list is empty: pass the id of at least one public subnet");
    for (const [name, value] of Object.entries({ cidrBlock, availabilityZones }))
      if (value !== undefined)
        throw constructError(this, `${name} applies to a new VPC only: remove it, or remove vpc to create a VPC`);
  }

  private requireProvider(): void {
    const stack = TerraformStack.of(this);
    this.node.addValidation({
      validate: () =>
        stack.node.findAll().some((child) => child instanceof AwsProvider)
          ? []
          : [
              `the stack ${stack.node.path} has no AWS provider: add new AwsProvider(this, "aws", { region: "eu-central-1" })`,
            ],
    });
  }

  private registerKey(keyPair: KeyPair): string {
    if (keyPair.name !== undefined) return literalForTerraform(keyPair.name);
    return new KeyPairResource(this, "key-pair", {
      provider: this.provider,
      keyName: this.name,
      publicKey: literalForTerraform(withConstructPath(this, "keyPair: ", () => keyPair._readPublicKey())),
      tags: { Name: this.name },
    }).keyName;
  }
}
