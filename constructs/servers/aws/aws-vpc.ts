import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Fn, TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { Ipv4Block } from "../../../lib/network/ipv4-block";
import { constructError, withConstructPath } from "../../synthesis/errors";

/** Settings of {@link createVpc}. */
export interface NewVpcProps {
  /** Prefix of the names of all resources. */
  readonly name: string;
  /** IPv4 block of the VPC, from /16 to /24. */
  readonly cidrBlock: string;
  /** Names of the availability zones. @default - the first two of the region */
  readonly availabilityZones?: readonly string[];
  readonly ipv6: boolean;
  readonly provider?: TerraformProvider;
}

/** A VPC with public subnets. */
export interface NewVpc {
  readonly vpcId: string;
  /** Ids of the subnets, in the order of their zones. */
  readonly subnetIds: readonly string[];
  /** Availability zone of each subnet. */
  readonly zones: readonly string[];
}

/** Number of bits by which the mask of a subnet is longer than that of the VPC: 2^4 subnets, a sixteenth each. */
const SUBNET_BITS = 4;

/**
 * Creates a VPC with a public subnet in each zone, an internet gateway and routes.
 *
 * @throws if the block or the zones are malformed
 */
export function createVpc(scope: Construct, props: NewVpcProps): NewVpc {
  const { name, provider, ipv6 } = props;
  const block = parseBlock(scope, props.cidrBlock);
  const vpc = new Vpc(scope, "vpc", {
    provider,
    cidrBlock: block.cidr,
    assignGeneratedIpv6CidrBlock: ipv6,
    enableDnsHostnames: true,
    tags: { Name: name },
  });
  const gateway = new InternetGateway(scope, "internet-gateway", { provider, vpcId: vpc.id, tags: { Name: name } });
  const routes = new RouteTable(scope, "routes", { provider, vpcId: vpc.id, tags: { Name: name } });
  const route = { provider, routeTableId: routes.id, gatewayId: gateway.id };
  new Route(scope, "way-out", { ...route, destinationCidrBlock: "0.0.0.0/0" });
  if (ipv6) new Route(scope, "way-out-ipv6", { ...route, destinationIpv6CidrBlock: "::/0" });
  const subnets = availabilityZones(scope, props).map((availabilityZone, index) => {
    const subnet = new Subnet(scope, `subnet-${index}`, {
      provider,
      vpcId: vpc.id,
      availabilityZone,
      cidrBlock: block.subnet(SUBNET_BITS, index),
      mapPublicIpOnLaunch: true,
      ...(ipv6 ? { ipv6CidrBlock: Fn.cidrsubnet(vpc.ipv6CidrBlock, 8, index), assignIpv6AddressOnCreation: true } : {}),
      tags: { Name: `${name}-${index}` },
      // AWS may list the zones of a region in another order later. That must not replace the subnets.
      ...(props.availabilityZones ? {} : { lifecycle: { ignoreChanges: ["availability_zone"] } }),
    });
    new RouteTableAssociation(scope, `subnet-${index}-routes`, {
      provider,
      subnetId: subnet.id,
      routeTableId: routes.id,
    });
    return subnet;
  });
  return {
    vpcId: vpc.id,
    subnetIds: subnets.map(({ id }) => id),
    zones: subnets.map(({ availabilityZone }) => availabilityZone),
  };
}

function parseBlock(scope: Construct, cidrBlock: string): Ipv4Block {
  const block = withConstructPath(scope, "cidrBlock: ", () => new Ipv4Block(cidrBlock));
  if (block.mask < 16 || block.mask > 24)
    throw constructError(scope, `cidrBlock: "${cidrBlock}" has the mask /${block.mask}: use a mask from /16 to /24`);
  return block;
}

function availabilityZones(scope: Construct, { availabilityZones: zones, provider }: NewVpcProps): readonly string[] {
  if (zones) {
    const max = 2 ** SUBNET_BITS;
    if (zones.length === 0 || zones.length > max || new Set(zones).size < zones.length)
      throw constructError(
        scope,
        `availabilityZones: got [${zones.join(", ")}]: list from one to ${max} different zones, such as "eu-central-1a"`,
      );
    return zones;
  }
  const found = new DataAwsAvailabilityZones(scope, "zones", {
    provider,
    state: "available",
    // Leaves out local zones and other zones that an account must enable first.
    filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
  });
  return [0, 1].map((index) => Fn.element(found.names, index) as string);
}
