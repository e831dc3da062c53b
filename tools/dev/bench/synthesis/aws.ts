import { Instance } from "@cdktf/provider-aws/lib/instance";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { AwsNetwork, AwsServer, KeyPair } from "../../../../constructs/aws";
import { monitorAll } from "./monitored";
import { sample, ServerKind } from "./sample";

const REGION = "eu-central-1";
/** The ingress rules of a server: SSH and node exporter for technicians, node exporter for Prometheus. */
const RULES = [
  { port: 22, cidrIpv4: "203.0.113.7/32" },
  { port: 9100, cidrIpv4: "203.0.113.7/32" },
  { port: 9100, cidrIpv4: "10.72.0.10/32" },
];

/**
 * Monitored EC2 instances, compared with a simple version written by hand: for each server, an instance, a security group
 * and three rules, with nothing installed on the instance.
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
