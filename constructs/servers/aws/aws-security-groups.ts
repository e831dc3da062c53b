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
import { IServer, IServerNetwork, MonitoringScope } from "../../contracts";
import { constructError } from "../../synthesis/errors";
import { lazyForEach } from "../../synthesis/lazy-values";
import { AwsSurplusRules, idsOf } from "./aws-surplus-rules";

/** Settings of {@link AwsSecurityGroups}. */
export interface AwsSecurityGroupsProps {
  /** Network whose servers the groups protect. */
  readonly network: IServerNetwork;
  /** Id of the network's VPC. */
  readonly vpcId: string;
  /**
   * AWS provider, if the stack has several.
   *
   * @default - the default provider of the stack
   */
  readonly provider?: TerraformProvider;
}

/**
 * The security groups of one network. Their ingress rules are derived from the access graph of each `Monitoring` that
 * has members in the network.
 */
export class AwsSecurityGroups extends Construct {
  private readonly network: IServerNetwork;
  private readonly provider?: TerraformProvider;
  private readonly monitorings: MonitoringScope[] = [];
  private readonly owners = new Map<IServer, MonitoringScope>();
  private readonly cache = new Map<
    MonitoringScope,
    { readonly graph: readonly Edge[]; readonly groups: SecurityGroups }
  >();
  private readonly ids = new Map<string, string>();
  private readonly resource: SecurityGroup;
  private readonly egress: readonly VpcSecurityGroupEgressRule[];

  public constructor(scope: Construct, id: string, props: AwsSecurityGroupsProps) {
    super(scope, id);
    const { network, vpcId, provider } = props;
    this.network = network;
    this.provider = provider;
    const groups = this.eachGroup((key) => ({ key }));
    this.resource = new SecurityGroup(this, "Resource", {
      forEach: groups,
      provider,
      vpcId,
      name: `${network.name}-${groups.key}`,
      // EC2 cannot change the description of a group, so another text would replace all groups.
      description: "Ingress by the access graph of cdktf-monitoring",
      tags: { Name: `${network.name}-${groups.key}` },
    });
    const destinations = { "egress-ipv4": { cidrIpv4: "0.0.0.0/0" }, "egress-ipv6": { cidrIpv6: "::/0" } };
    this.egress = Object.entries(destinations).map(
      ([ruleId, cidr]) =>
        new VpcSecurityGroupEgressRule(this, ruleId, {
          forEach: groups,
          provider,
          securityGroupId: this.idOfInstance(groups.key),
          ipProtocol: "-1",
          ...cidr,
          description: "outbound connections are not restricted",
        }),
    );
  }

  /**
   * Derives the groups of a server from the access graph of a monitoring. The ingress rules are in the stack of the
   * monitoring.
   *
   * @internal
   */
  public _follow(monitoring: MonitoringScope, server: IServer): void {
    this.owners.set(server, monitoring);
    if (this.monitorings.includes(monitoring)) return;
    if (!/^[A-Za-z0-9 ._:/()#,@[\]+=&;!*-]{1,160}$/.test(monitoring.name))
      throw constructError(
        monitoring,
        `name: "${monitoring.name}" is a part of the names of security groups: use at most 160 letters, digits, spaces and "._-:/()#,@[]+=&;!*"`,
      );
    const twin = this.monitorings.find(({ name }) => name === monitoring.name);
    if (twin)
      throw constructError(
        monitoring,
        `${twin.node.path} is also named "${twin.name}", and both have servers in ${this.network.node.path}: rename one of them`,
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
    AwsSurplusRules.of(monitoring).track({
      network: this.network.name,
      provider,
      groups: () => Object.fromEntries(this.groupsOf(monitoring).groups.map((key) => [key, this._idOf(key)])),
      rules: [ingress, ...this.egress].map(idsOf),
      after: [ingress, ...(inSameStack ? this.egress : [])],
    });
    monitoring.node.addValidation({ validate: () => ruleProblems(this.groupsOf(monitoring).rules) });
  }

  /**
   * Registers a server when it is constructed, so that resources of any stack can refer to its group.
   *
   * @internal
   */
  public _add(server: IServer): void {
    this.register(serverGroup(server.name));
  }

  /**
   * Returns the keys of the groups of a server. Complete at synthesis.
   *
   * @internal
   */
  public _keysOf(server: IServer): readonly string[] {
    const monitoring = this.owners.get(server);
    if (!monitoring) return [];
    const ownGroup = this.groupsOf(monitoring).owners.has(server.name) ? [serverGroup(server.name)] : [];
    return [membersGroup(monitoring.name), ...ownGroup];
  }

  /**
   * Returns the id of a group.
   *
   * @internal
   */
  public _idOf(key: string): string {
    return this.ids.get(key) ?? this.idOfInstance(key);
  }

  private register(key: string): void {
    // A raw string is rendered in brackets, which selects an instance by its key instead of an attribute by its name.
    this.ids.set(key, this.idOfInstance(Token.asString(Fn.rawString(key))));
  }

  private idOfInstance(key: string): string {
    return Token.asString(Fn.lookupNested(this.resource.fqn, [key, "id"]));
  }

  private eachGroup(entry: (key: string) => Readonly<Record<string, string>>): MapTerraformIterator {
    return lazyForEach(this, "each", () => {
      const keys = this.monitorings.flatMap((monitoring) => this.groupsOf(monitoring).groups);
      return Object.fromEntries(keys.map((key) => [key, entry(key)]));
    });
  }

  private ruleEntries(monitoring: MonitoringScope): Readonly<Record<string, unknown>> {
    const entries = this.groupsOf(monitoring).rules.map(({ key, group, sourceGroup, ipv4, ipv6, ...rest }) => [
      key,
      {
        group: this._idOf(group),
        source: sourceGroup === undefined ? null : this._idOf(sourceGroup),
        ipv4: ipv4 ?? null,
        ipv6: ipv6 ?? null,
        ...rest,
      },
    ]);
    return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
  }

  /** Returns the groups for the access graph of a monitoring, computed once for each version of the graph. */
  private groupsOf(monitoring: MonitoringScope): SecurityGroups {
    const graph = monitoring.accessGraph;
    const cached = this.cache.get(monitoring);
    if (cached?.graph === graph) return cached.groups;
    const members = monitoring._members.filter(({ server }) => server.network === this.network);
    const [first] = members;
    const groups = securityGroups({
      monitoring: monitoring.name,
      members: members.map(({ server }) => server.name),
      agents: new Set(monitoring._components.filter(({ _agent: agent }) => agent).map(({ kind }) => kind)),
      edges: graph,
      addressOf: (name) => (first ? monitoring._sourceOf(name, first.server) : ""),
    });
    this.cache.set(monitoring, { graph, groups });
    return groups;
  }
}
