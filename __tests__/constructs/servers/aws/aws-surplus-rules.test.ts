import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import { MonitoredServer, Monitoring, MonitoringHost, Prometheus } from "../../../../constructs";
import { AwsNetwork, AwsServer, KeyPair } from "../../../../constructs/aws";
import { AwsHub } from "../../../support/aws-topology";
import { synth, synthApp, Synthesized } from "../../../support/synth";
import { Hub } from "../../../support/topology";

interface Search {
  readonly for_each: Readonly<Record<string, { readonly group: string }>>;
  readonly depends_on: readonly string[];
}

/** Returns the data sources that read rules, by the paths of their constructs. */
function searches({ json }: Synthesized): ReadonlyMap<string, Search> {
  const { data } = json as unknown as {
    readonly data: {
      readonly aws_vpc_security_group_rules: Readonly<
        Record<string, Search & { readonly "//": { readonly metadata: { readonly path: string } } }>
      >;
    };
  };
  return new Map(Object.values(data.aws_vpc_security_group_rules).map((found) => [found["//"].metadata.path, found]));
}

const without = (text: unknown): string => String(text).replace(/_[0-9A-F]{8}/g, "");

test("reads the rules of all groups of a network with one data source, after the managed rules exist", () => {
  const stack = synth((scope) => {
    const hub = new AwsHub(scope);
    for (let index = 0; index < 20; index++) hub.member(`app-${index}`);
  });
  const found = searches(stack);
  expect([...found.keys()]).toEqual(["test/monitoring/surplus-rules/test-network"]);
  const [search] = found.values();
  expect(Object.keys(search?.for_each ?? {})).toEqual(["members-of-monitoring", "server-hub"]);
  expect(search?.depends_on.map(without)).toEqual([
    "aws_vpc_security_group_ingress_rule.monitoring_ingress-test-network",
    "aws_vpc_security_group_egress_rule.network_security-groups_egress-ipv4",
    "aws_vpc_security_group_egress_rule.network_security-groups_egress-ipv6",
  ]);
});

test("has one output for servers in two networks", () => {
  const stack = synth((scope) => {
    const hub = new AwsHub(scope);
    const network = new AwsNetwork(scope, "other", { keyPair: KeyPair.named("deployer") });
    const server = new AwsServer(scope, "app-server", { network });
    new MonitoredServer(scope, "app", { monitoring: hub.monitoring, server });
  });
  const value = without(stack.json.output.surplus_rules?.value);
  expect(value).toMatch(/^\$\{jsonencode\(sort\(flatten\(\[\[ for key, val in data\./);
  for (const network of ["test-network", "test-other"])
    expect(value).toContain(`in data.aws_vpc_security_group_rules.monitoring_surplus-rules_${network}:`);
});

test("reads the rules of a network in another stack from the stack of the monitoring", () => {
  const stacks = synthApp((app) => {
    const [here, there] = ["here", "there"].map((id) => {
      const stack = new TerraformStack(app, id);
      new AwsProvider(stack, "aws", { region: "eu-central-1" });
      return stack;
    }) as [TerraformStack, TerraformStack];
    const network = new AwsNetwork(there, "network", { keyPair: KeyPair.named("deployer") });
    const monitoring = new Monitoring(here, "monitoring", { technicians: ["203.0.113.7/32"] });
    const server = new AwsServer(there, "hub-server", { network });
    new Prometheus(new MonitoringHost(there, "hub", { monitoring, server }), "prometheus");
  });
  const stack = stacks.get("here");
  const [search] = searches(stack).values();
  expect(search?.depends_on.map(without)).toEqual([
    "aws_vpc_security_group_ingress_rule.monitoring_ingress-there-network",
  ]);
  const value = without(stack.json.output.surplus_rules?.value);
  expect(value.match(/data\.terraform_remote_state\.\S+egress-ipv[46]/g)).toHaveLength(2);
});

test("has no output without a cloud firewall", () => {
  const { output } = synth((scope) => {
    new Hub(scope);
  }).json;
  expect(output).not.toHaveProperty("surplus_rules");
});
