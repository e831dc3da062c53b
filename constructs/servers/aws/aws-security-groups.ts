import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Fn, MapTerraformIterator, TerraformProvider, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { Edge } from "../../../lib/access/access";
import {
  membersGroup,
  ruleProblems,
  securityGroups,
  SecurityGroups,
  serverGroup,
} from "../../../lib/access/security-groups";
import { lazyForEach } from "../../synthesis/lazy-values";
import type { Monitoring } from "../../monitoring";
import { constructError } from "../../synthesis/errors";
import { IServer } from "../../contracts";
import type { AwsNetwork } from "./aws-network";
import { AwsSurplusRules, idsOf } from "./aws-surplus-rules";

/** The security groups of one network, which follow from the access graphs of the monitorings that its servers belong to. */
export class AwsSecurityGroups extends Construct {
  private readonly monitorings: Monitoring[] = [];
  private readonly owners = new Map<IServer, Monitoring>();
  private readonly cache = new Map<Monitoring, { readonly graph: readonly Edge[]; readonly groups: SecurityGroups }>();
  private readonly ids = new Map<string, string>();
  private readonly resource: SecurityGroup;
  private readonly egress: readonly VpcSecurityGroupEgressRule[];

  public constructor(
    private readonly network: AwsNetwork,
    private readonly provider: TerraformProvider | undefined,
  ) {
    super(network, "security-groups");
    const groups = this.eachGroup((key) => ({ key }));
    this.resource = new SecurityGroup(this, "Resource", {
      forEach: groups,
      provider,
      vpcId: network.vpcId,
      name: `${network.name}-${groups.key}`,
      description: "Ingress by the access graph of cdktf-monitoring",
      tags: { Name: `${network.name}-${groups.key}` },
    });
    const ways = { "egress-ipv4": { cidrIpv4: "0.0.0.0/0" }, "egress-ipv6": { cidrIpv6: "::/0" } };
    this.egress = Object.entries(ways).map(
      ([id, cidr]) =>
        new VpcSecurityGroupEgressRule(this, id, {
          forEach: groups,
          provider,
          securityGroupId: this.at(groups.key),
          ipProtocol: "-1",
          ...cidr,
          description: "what servers connect to is not restricted",
        }),
    );
  }

  /** Lets a server's groups follow a monitoring's access graph, by rules in the monitoring's stack. */
  public follow(monitoring: Monitoring, server: IServer): void {
    this.owners.set(server, monitoring);
    if (this.monitorings.includes(monitoring)) return;
    const twin = this.monitorings.find(({ name }) => name === monitoring.name);
    if (twin)
      throw constructError(
        monitoring,
        `${twin.node.path} is called "${twin.name}" too, and both have servers in ${this.network.node.path}: give one of them another name`,
      );
    this.monitorings.push(monitoring);
    this.register(membersGroup(monitoring.name));
    const rules = lazyForEach(monitoring, `rules-${this.network.name}`, () => this.ruleEntries(monitoring));
    const inSameStack = TerraformStack.of(monitoring) === TerraformStack.of(this);
    const provider = inSameStack ? this.provider : undefined;
    const ingress = new VpcSecurityGroupIngressRule(monitoring, `ingress-${this.network.name}`, {
      forEach: rules,
      provider,
      securityGroupId: rules.getString("group"),
      referencedSecurityGroupId: rules.getString("source"),
      cidrIpv4: rules.getString("ipv4"),
      cidrIpv6: rules.getString("ipv6"),
      ipProtocol: rules.getString("protocol"),
      fromPort: rules.getNumber("port"),
      toPort: rules.getNumber("port"),
      description: rules.getString("description"),
    });
    AwsSurplusRules.of(monitoring).watch({
      network: this.network.name,
      provider,
      groups: () => Object.fromEntries(this.groupsOf(monitoring).groups.map((key) => [key, this.idOf(key)])),
      rules: [ingress, ...this.egress].map(idsOf),
      after: [ingress, ...(inSameStack ? this.egress : [])],
    });
    monitoring.node.addValidation({ validate: () => ruleProblems(this.groupsOf(monitoring).rules) });
  }

  /** Called for each server when it is constructed, so that its own group can be referred to from any stack. */
  public add(server: IServer): void {
    this.register(serverGroup(server.name));
  }

  /** The groups of a server by their keys. Asked at synthesis, when all is placed. */
  public keysOf(server: IServer): readonly string[] {
    const monitoring = this.owners.get(server);
    if (!monitoring) return [];
    const own = this.groupsOf(monitoring).owners.has(server.name) ? [serverGroup(server.name)] : [];
    return [membersGroup(monitoring.name), ...own];
  }

  /** The id of a group. */
  public idOf(key: string): string {
    return this.ids.get(key) ?? this.at(key);
  }

  private register(key: string): void {
    // As a raw string the key is rendered in brackets: an instance is found by its key, not by an attribute.
    this.ids.set(key, this.at(Token.asString(Fn.rawString(key))));
  }

  private at(key: string): string {
    return Token.asString(Fn.lookupNested(this.resource.fqn, [key, "id"]));
  }

  private eachGroup(entry: (key: string) => Readonly<Record<string, string>>): MapTerraformIterator {
    return lazyForEach(this, "each", () => {
      const keys = this.monitorings.flatMap((monitoring) => this.groupsOf(monitoring).groups);
      return Object.fromEntries(keys.map((key) => [key, entry(key)]));
    });
  }

  private ruleEntries(monitoring: Monitoring): Readonly<Record<string, unknown>> {
    const entries = this.groupsOf(monitoring).rules.map(({ key, group, sourceGroup, ipv4, ipv6, ...rest }) => [
      key,
      {
        group: this.idOf(group),
        source: sourceGroup === undefined ? null : this.idOf(sourceGroup),
        ipv4: ipv4 ?? null,
        ipv6: ipv6 ?? null,
        ...rest,
      },
    ]);
    return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
  }

  /** The groups that follow from a monitoring's access graph, worked out once for each state of that. */
  private groupsOf(monitoring: Monitoring): SecurityGroups {
    const graph = monitoring.accessGraph;
    const cached = this.cache.get(monitoring);
    if (cached?.graph === graph) return cached.groups;
    const here = monitoring._members.filter(({ server }) => server.network === this.network);
    const [first] = here;
    const groups = securityGroups({
      monitoring: monitoring.name,
      members: here.map(({ server }) => server.name),
      agents: new Set(monitoring._components.filter(({ _agent: agent }) => agent).map(({ kind }) => kind)),
      edges: graph,
      addressOf: (name) => (first ? monitoring.dial(first.server, name) : ""),
    });
    this.cache.set(monitoring, { graph, groups });
    return groups;
  }
}
