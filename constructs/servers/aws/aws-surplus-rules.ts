import { DataAwsVpcSecurityGroupRules } from "@cdktf/provider-aws/lib/data-aws-vpc-security-group-rules";
import {
  Fn,
  IResolvable,
  ITerraformDependable,
  ITerraformResource,
  TerraformIterator,
  TerraformProvider,
  Token,
} from "cdktf";
import { Construct } from "constructs";
import { MonitoringScope } from "../../contracts";
import { lazyForEach, lazyString } from "../../synthesis/lazy-values";

/** The security groups of one network that are derived from the access graph of a monitoring. */
export interface TrackedGroups {
  /** Name of the network. */
  readonly network: string;
  /** AWS provider, if the stack has several. */
  readonly provider?: TerraformProvider;
  /** Returns the id of each group by its key. Complete at synthesis. */
  readonly groups: () => Readonly<Record<string, string>>;
  /** Lists of the ids of the rules that this library manages. */
  readonly rules: readonly unknown[];
  /** Resources that must exist before the data source reads the rules. */
  readonly after: readonly ITerraformDependable[];
}

/**
 * Finds rules that somebody else added to the security groups of a monitoring, and lists them in the output
 * `surplus_rules`. A plan does not show such a rule, because the rule belongs to no Terraform resource.
 */
export class AwsSurplusRules extends Construct {
  /** Returns the construct of a monitoring. Creates it on the first call. */
  public static of(monitoring: MonitoringScope): AwsSurplusRules {
    const found = monitoring.node.tryFindChild(ID) as AwsSurplusRules | undefined;
    return found ?? new AwsSurplusRules(monitoring);
  }

  private readonly found: IResolvable[] = [];

  private constructor(monitoring: MonitoringScope) {
    super(monitoring, ID);
    monitoring._addOutput(
      "surplus_rules",
      // The whole expression is lazy, because a lazy list as an argument of `flatten` would be rendered without brackets.
      lazyString(() => Token.asString(Fn.jsonencode(Fn.sort(Fn.flatten(this.found) as string[])))),
      "Security group rules that cdktf-monitoring does not manage, each as the group and the id of the rule",
    );
  }

  /** Adds the groups of a network to the search. */
  public track({ network, provider, groups, rules, after }: TrackedGroups): void {
    const each = lazyForEach(this, `groups-${network}`, () =>
      Object.fromEntries(Object.entries(groups()).map(([key, group]) => [key, { group }])),
    );
    const data = new DataAwsVpcSecurityGroupRules(this, network, {
      forEach: each,
      provider,
      filter: [{ name: "group-id", values: [each.getString("group")] }],
      // The rules are read after Terraform has created its own, so that a new rule does not look like somebody else's.
      dependsOn: [...after],
    });
    const managed = Token.asString(Fn.concat([...rules]));
    this.found.push(
      TerraformIterator.fromDataSources(data).forExpressionForList(
        `[for id in val.ids : format("%s %s", key, id) if !contains(${managed}, id)]`,
      ),
    );
  }
}

/** Returns the ids of all instances of a resource with `for_each`, as a list. */
export function idsOf(resource: ITerraformResource): unknown {
  return TerraformIterator.fromResources(resource).pluckProperty("id");
}

const ID = "surplus-rules";
