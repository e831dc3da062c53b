import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { KeyPair as KeyPairResource } from "@cdktf/provider-aws/lib/key-pair";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Fn, TerraformProvider, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { Architecture } from "../../../lib/servers/architecture";
import { Ipv4Block } from "../../../lib/network/ipv4-block";
import type { Monitoring } from "../../monitoring";
import { withConstructPath, constructError } from "../../synthesis/errors";
import { ICloudFirewall, IServer, IServerNetwork } from "../../contracts";
import { KeyPair } from "./aws-key-pair";
import { AwsSecurityGroups } from "./aws-security-groups";
import { checkNetworkName } from "../server-names";

/** A VPC that is there already, and its routes with it. */
export interface AwsVpc {
  /** The id of the VPC. */
  readonly vpcId: string;
  /** The ids of its public subnets: those with a route to an internet gateway. */
  readonly subnetIds: readonly string[];
}

/** Settings of an {@link AwsNetwork}. */
export interface AwsNetworkProps {
  /** What lets the controller into new instances. */
  readonly keyPair: KeyPair;
  /**
   * What the names of the network's resources begin with. Unique in an app.
   *
   * @default - the names of the stack and of the construct
   */
  readonly name?: string;
  /**
   * An existing VPC to be used.
   *
   * @default - a new one, with public subnets, an internet gateway and routes
   */
  readonly vpc?: AwsVpc;
  /**
   * The new VPC's IPv4 block, from /16 to /24. Each subnet takes a sixteenth of it.
   *
   * @default "10.72.0.0/16"
   */
  readonly cidrBlock?: string;
  /**
   * The availability zones, such as `eu-central-1a`: the new VPC has a public subnet in each; sixteen at most.
   *
   * @default - the region's first two
   */
  readonly availabilityZones?: readonly string[];
  /**
   * Whether servers have IPv6 addresses too, and a way out by these. An existing VPC's subnets must have IPv6 blocks.
   *
   * @default false
   */
  readonly ipv6?: boolean;
  /**
   * The provider, where the stack has several.
   *
   * @default - the stack's default provider
   */
  readonly provider?: TerraformProvider;
}

/** The subnets that a block is divided into take four more bits: a sixteenth each. */
const SUBNET_BITS = 4;
/** The AWS account of the Debian project (https://wiki.debian.org/Cloud/AmazonEC2Image). */
const DEBIAN = "136693071363";

/**
 * Public subnets of a VPC on AWS, for `AwsServer`s. Its security groups let to the servers what their monitoring's
 * access graph needs, and nothing else; what servers connect to is not restricted.
 */
export class AwsNetwork extends Construct implements IServerNetwork, ICloudFirewall {
  public readonly name: string;
  /** The id of the VPC. */
  public readonly vpcId: string;
  /** The ids of the public subnets, in the order of their zones. */
  public readonly subnetIds: readonly string[];
  /** Whether the VPC was there already. */
  public readonly existing: boolean;
  /** Whether servers have IPv6 addresses. */
  public readonly ipv6: boolean;
  /** The provider, where the stack has several. */
  public readonly provider?: TerraformProvider;
  /** The private key's file on the controller. */
  public readonly keyFile?: string;
  /** The name of the key pair. */
  public readonly keyName: string;
  /** The network's security groups. */
  public readonly securityGroups: AwsSecurityGroups;
  private readonly zones = new Map<number, string>();

  /** @throws when the name, the key pair, the block, the zones or the existing VPC's subnets are unusable */
  public constructor(scope: Construct, id: string, props: AwsNetworkProps) {
    super(scope, id);
    this.name = props.name ?? `${TerraformStack.of(this).node.id}-${id}`;
    checkNetworkName(this, "name", 63);
    this.provider = props.provider;
    this.ipv6 = props.ipv6 ?? false;
    this.requireProvider();
    this.existing = props.vpc !== undefined;
    if (props.vpc) {
      this.checkExisting(props, props.vpc);
      this.vpcId = props.vpc.vpcId;
      this.subnetIds = [...props.vpc.subnetIds];
    } else {
      const vpc = this.makeVpc(props);
      this.vpcId = vpc.id;
      this.subnetIds = this.makeSubnets(vpc, props);
    }
    this.keyFile = props.keyPair.keyFile;
    this.keyName = this.registerKey(props.keyPair);
    this.securityGroups = new AwsSecurityGroups(this, this.provider);
  }

  /** The zone of one of the subnets, by its place in `subnetIds`. */
  public zoneOf(subnet: number): string {
    const found = this.zones.get(subnet);
    if (found !== undefined) return found;
    const id = this.subnetIds[subnet];
    const zone = new DataAwsSubnet(this, `zone-of-subnet-${subnet}`, { provider: this.provider, id }).availabilityZone;
    this.zones.set(subnet, zone);
    return zone;
  }

  /** The id of the newest Debian 12 image for an architecture. */
  public newestImage(architecture: Architecture): string {
    const id = `debian-12-${architecture}`;
    const found = this.node.tryFindChild(id) as DataAwsAmi | undefined;
    const image =
      found ??
      new DataAwsAmi(this, id, {
        provider: this.provider,
        mostRecent: true,
        owners: [DEBIAN],
        filter: [{ name: "name", values: [`${id}-*`] }],
      });
    return image.id;
  }

  public follow(monitoring: Monitoring, server: IServer): void {
    this.securityGroups.follow(monitoring, server);
  }

  private checkExisting({ cidrBlock, availabilityZones }: AwsNetworkProps, { subnetIds }: AwsVpc): void {
    if (subnetIds.length === 0)
      throw constructError(this, "vpc.subnetIds: the network needs one subnet at least, and one that is public");
    for (const [name, value] of Object.entries({ cidrBlock, availabilityZones }))
      if (value !== undefined)
        throw constructError(
          this,
          `${name} is for a new VPC: remove it, an existing one has its own (or leave vpc away)`,
        );
  }

  private requireProvider(): void {
    const stack = TerraformStack.of(this);
    this.node.addValidation({
      validate: () =>
        stack.node.findAll().some((child) => child instanceof AwsProvider)
          ? []
          : [
              `the stack ${stack.node.path} has no AWS provider: construct one, as in new AwsProvider(this, "aws", { region: "eu-central-1" })`,
            ],
    });
  }

  private makeVpc(props: AwsNetworkProps): Vpc {
    return new Vpc(this, "vpc", {
      provider: this.provider,
      cidrBlock: this.block(props).cidr,
      assignGeneratedIpv6CidrBlock: this.ipv6,
      enableDnsHostnames: true,
      tags: { Name: this.name },
    });
  }

  private makeSubnets(vpc: Vpc, props: AwsNetworkProps): string[] {
    const { provider, ipv6 } = this;
    const gateway = new InternetGateway(this, "internet-gateway", {
      provider,
      vpcId: vpc.id,
      tags: { Name: this.name },
    });
    const routes = new RouteTable(this, "routes", { provider, vpcId: vpc.id, tags: { Name: this.name } });
    const out = { provider, routeTableId: routes.id, gatewayId: gateway.id };
    new Route(this, "way-out", { ...out, destinationCidrBlock: "0.0.0.0/0" });
    if (ipv6) new Route(this, "way-out-ipv6", { ...out, destinationIpv6CidrBlock: "::/0" });
    const block = this.block(props);
    return this.availabilityZones(props).map((availabilityZone, index) => {
      const subnet = new Subnet(this, `subnet-${index}`, {
        provider,
        vpcId: vpc.id,
        availabilityZone,
        cidrBlock: block.subnet(SUBNET_BITS, index),
        mapPublicIpOnLaunch: true,
        ...(ipv6
          ? { ipv6CidrBlock: Fn.cidrsubnet(vpc.ipv6CidrBlock, 8, index), assignIpv6AddressOnCreation: true }
          : {}),
        tags: { Name: `${this.name}-${index}` },
        // The region's zones may be listed in another order one day: no reason to make subnets anew.
        ...(props.availabilityZones ? {} : { lifecycle: { ignoreChanges: ["availability_zone"] } }),
      });
      this.zones.set(index, subnet.availabilityZone);
      new RouteTableAssociation(this, `subnet-${index}-routes`, {
        provider,
        subnetId: subnet.id,
        routeTableId: routes.id,
      });
      return subnet.id;
    });
  }

  private availabilityZones({ availabilityZones: zones }: AwsNetworkProps): readonly string[] {
    if (zones) {
      const most = 2 ** SUBNET_BITS;
      if (zones.length === 0 || zones.length > most || new Set(zones).size < zones.length)
        throw constructError(
          this,
          `availabilityZones: got [${zones.join(", ")}], give from one to ${most} different zones, such as "eu-central-1a"`,
        );
      return zones;
    }
    const found = new DataAwsAvailabilityZones(this, "zones", {
      provider: this.provider,
      state: "available",
      // Neither local zones nor those that an account must ask for.
      filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
    });
    return [0, 1].map((index) => Fn.element(found.names, index) as string);
  }

  private block({ cidrBlock = "10.72.0.0/16" }: AwsNetworkProps): Ipv4Block {
    const block = withConstructPath(this, "cidrBlock: ", () => new Ipv4Block(cidrBlock));
    if (block.mask < 16 || block.mask > 24)
      throw constructError(this, `cidrBlock: "${cidrBlock}" has the mask /${block.mask}: give one from /16 to /24`);
    return block;
  }

  private registerKey(keyPair: KeyPair): string {
    if (keyPair.name !== undefined) return keyPair.name;
    return new KeyPairResource(this, "key-pair", {
      provider: this.provider,
      keyName: this.name,
      publicKey: withConstructPath(this, "keyPair: ", () => keyPair.readPublicKey()),
      tags: { Name: this.name },
    }).keyName;
  }
}
