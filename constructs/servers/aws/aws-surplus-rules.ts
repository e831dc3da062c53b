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
import { lazyForEach, lazyString } from "../../synthesis/lazy-values";
import type { Monitoring } from "../../monitoring";

/** The security groups of one network that follow a monitoring's access graph. */
export interface WatchedGroups {
  /** The network's name. */
  readonly network: string;
  readonly provider?: TerraformProvider;
  /** The ids of the groups by their keys. Asked at synthesis, when all is placed. */
  readonly groups: () => Readonly<Record<string, string>>;
  /** The ids of the rules that are ours, as lists. */
  readonly rules: readonly unknown[];
  /** What must be there before the rules are looked for. */
  readonly after: readonly ITerraformDependable[];
}

/**
 * Looks for rules in a monitoring's security groups that are not of our making, and names them in the output
 * `surplus_rules`: a rule that somebody adds is nobody's resource, so no plan shows it.
 */
export class AwsSurplusRules extends Construct {
  /** That of a monitoring, which is made when it is asked for first. */
  public static of(monitoring: Monitoring): AwsSurplusRules {
    const found = monitoring.node.tryFindChild(ID) as AwsSurplusRules | undefined;
    return found ?? new AwsSurplusRules(monitoring);
  }

  private readonly found: IResolvable[] = [];

  private constructor(monitoring: Monitoring) {
    super(monitoring, ID);
    monitoring._addOutput(
      "surplus_rules",
      // The list is made late, not lazy: as an argument, what is lazy would lose its brackets.
      lazyString(() => Token.asString(Fn.jsonencode(Fn.sort(Fn.flatten(this.found) as string[])))),
      "Rules in the security groups that are not of our making, each as its group and its id",
    );
  }

  /** Looks for surplus rules in a network's groups too. */
  public watch({ network, provider, groups, rules, after }: WatchedGroups): void {
    const each = lazyForEach(this, `groups-${network}`, () =>
      Object.fromEntries(Object.entries(groups()).map(([key, group]) => [key, { group }])),
    );
    const data = new DataAwsVpcSecurityGroupRules(this, network, {
      forEach: each,
      provider,
      filter: [{ name: "group-id", values: [each.getString("group")] }],
      // Read only when ours are there: what is not a resource yet would look like somebody else's.
      dependsOn: [...after],
    });
    const ours = Token.asString(Fn.concat([...rules]));
    this.found.push(
      TerraformIterator.fromDataSources(data).forExpressionForList(
        `[for id in val.ids : format("%s %s", key, id) if !contains(${ours}, id)]`,
      ),
    );
  }
}

/** The ids of a resource that has `for_each`, as a list. */
export function idsOf(resource: ITerraformResource): unknown {
  return TerraformIterator.fromResources(resource).pluckProperty("id");
}

const ID = "surplus-rules";
