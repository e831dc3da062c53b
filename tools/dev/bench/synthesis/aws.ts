import { Instance } from "@cdktf/provider-aws/lib/instance";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { AwsNetwork, AwsServer, KeyPair } from "../../../../constructs/index";
import { monitorAll } from "./monitored";
import { sample, ServerKind } from "./sample";

const REGION = "eu-central-1";
/** Who reaches a server, as a rule of its own each: its SSH, its node exporter, and Prometheus' scrapes of that. */
const RULES = [
  { port: 22, cidrIpv4: "203.0.113.7/32" },
  { port: 9100, cidrIpv4: "203.0.113.7/32" },
  { port: 9100, cidrIpv4: "10.72.0.10/32" },
];

/**
 * EC2 instances, all of them monitored, against what one would write by hand for instances alone, with nothing
 * installed on them: for each an instance, a security group and three rules of that.
 */
const awsServers: ServerKind = {
  ours: (stack, count) => {
    new AwsProvider(stack, "aws", { region: REGION });
    const network = new AwsNetwork(stack, "network", { keyPair: KeyPair.named("bench") });
    monitorAll(stack, ["203.0.113.7/32"], count, (id) => new AwsServer(stack, id, { network }));
  },
  bare: (stack, count) => {
    new AwsProvider(stack, "aws", { region: REGION });
    for (let number = 0; number < count; number += 1) {
      const name = `app-${number}`;
      const group = new SecurityGroup(stack, `${name}-group`, { name, vpcId: "vpc-0123456789abcdef0" });
      for (const [index, { port, cidrIpv4 }] of RULES.entries())
        new VpcSecurityGroupIngressRule(stack, `${name}-rule-${index}`, {
          securityGroupId: group.id,
          cidrIpv4,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
        });
      new Instance(stack, name, {
        ami: "ami-0123456789abcdef0",
        instanceType: "t3.small",
        subnetId: "subnet-0123456789abcdef0",
        vpcSecurityGroupIds: [group.id],
        tags: { Name: name },
      });
    }
  },
};

sample(awsServers);
