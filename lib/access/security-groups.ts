import { isIPv6 } from "node:net";
import { Edge, Source, SSH } from "./access";
import { groupBy } from "../grouping";

/** A rule that lets something into a group of servers. */
export interface IngressRule {
  /** What tells it from the network's other rules, and stays the same when servers come and go. */
  readonly key: string;
  /** The key of the group that it belongs to. */
  readonly group: string;
  /** The key of the group from which it lets in. */
  readonly sourceGroup?: string;
  /** The IPv4 block from which it lets in. May be a token. */
  readonly ipv4?: string;
  /** The IPv6 block from which it lets in. */
  readonly ipv6?: string;
  readonly port: number;
  readonly protocol: string;
  readonly description: string;
}

/** What the groups of one network follow from. */
export interface SecurityGroupInput {
  /** The monitoring's name. */
  readonly monitoring: string;
  /** The names of the servers in this network. */
  readonly members: readonly string[];
  /** The kinds of component that belong on every server. */
  readonly agents: ReadonlySet<string>;
  /** The access graph. */
  readonly edges: readonly Edge[];
  /** The address by which a server of another network appears here, by its name. */
  readonly addressOf: (server: string) => string;
}

/** A network's groups and rules. */
export interface SecurityGroups {
  /** The keys of all groups. */
  readonly groups: readonly string[];
  readonly rules: readonly IngressRule[];
  /** The servers that have a group of their own. */
  readonly owners: ReadonlySet<string>;
}

/** How many rules a group may have, for each family (docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html). */
const RULES_PER_GROUP = 60;

/** The key of the group of all servers of a network that belong to a monitoring. */
export function membersGroup(monitoring: string): string {
  return `members-of-${monitoring}`;
}

/** The key of a server's own group. */
export function serverGroup(server: string): string {
  return `server-${server}`;
}

/**
 * The access graph as security groups of one network: one that all members share, and one for each server that reaches
 * or is reached otherwise than all others. So their number, and that of their rules, does not grow with the fleet.
 */
export function securityGroups(input: SecurityGroupInput): SecurityGroups {
  const members = new Set(input.members);
  const all = membersGroup(input.monitoring);
  const edges = input.edges.filter(
    ({ source, destination }) => members.has(destination) && source.server !== destination,
  );
  const shared = sharedWays(input, members, edges);
  const rules = new Map<string, IngressRule>();
  for (const edge of edges) {
    const { source, destination, kind, listener, reason } = edge;
    const group = shared.has(wayIn(edge)) ? all : serverGroup(destination);
    const from = sourceOf(input, source, members, all);
    const key = `${group} ${listener.protocol}/${listener.port} from ${from.name}`;
    const description = `${kind} ${listener.name}: ${reason}`;
    const found = rules.get(key);
    if (found?.description.split("; ").includes(plain(description))) continue;
    rules.set(key, {
      key,
      group,
      ...from.rule,
      port: listener.port,
      protocol: listener.protocol,
      description: found ? plain(`${found.description}; ${description}`) : plain(description),
    });
  }
  const named = [...rules.values()].flatMap(({ group, sourceGroup }) => [group, sourceGroup ?? group]);
  const groups = new Set(input.members.length === 0 ? [] : [all, ...named]);
  return {
    groups: [...groups].sort(),
    rules: [...rules.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    owners: new Set(input.members.filter((server) => groups.has(serverGroup(server)))),
  };
}

/** Groups with more rules than the cloud allows, as sentences for the user. */
export function ruleProblems(rules: readonly IngressRule[]): string[] {
  return [...groupBy(rules, ({ group }) => group)].flatMap(([group, ofGroup]) => {
    const sixes = ofGroup.filter(({ ipv6 }) => ipv6 !== undefined).length;
    const largest = Math.max(sixes, ofGroup.length - sixes);
    return largest <= RULES_PER_GROUP
      ? []
      : [
          `the security group "${group}" would need ${largest} rules, and EC2 allows ${RULES_PER_GROUP}: servers of other networks and technicians need a rule each; put servers into the same network, or merge the technicians' blocks`,
        ];
  });
}

/** The ways in that lead from one source to every server of the network: the members' common group has a rule for these. */
function sharedWays(input: SecurityGroupInput, members: ReadonlySet<string>, edges: readonly Edge[]): Set<string> {
  const common = edges.filter(({ kind }) => kind === SSH || input.agents.has(kind));
  const ways = [...groupBy(common, wayIn)].filter(([, same]) => {
    const reached = new Set(same.map(({ destination }) => destination));
    const self = same[0]?.source.server;
    const others = members.size - (self !== undefined && members.has(self) ? 1 : 0);
    return reached.size === others;
  });
  return new Set(ways.map(([way]) => way));
}

function wayIn({ source, kind, listener }: Edge): string {
  return `${source.server ?? ""} ${source.cidr ?? ""} ${kind} ${listener.protocol}/${listener.port}`;
}

function sourceOf(
  { agents, addressOf }: SecurityGroupInput,
  { server, kind, cidr }: Source,
  members: ReadonlySet<string>,
  all: string,
): { readonly name: string; readonly rule: Pick<IngressRule, "sourceGroup" | "ipv4" | "ipv6"> } {
  if (server === undefined) return { name: cidr ?? "", rule: block(cidr ?? "") };
  if (!members.has(server)) {
    const address = addressOf(server);
    return { name: server, rule: block(isIPv6(address) ? `${address}/128` : `${address}/32`) };
  }
  const group = kind !== undefined && agents.has(kind) ? all : serverGroup(server);
  return { name: group, rule: { sourceGroup: group } };
}

function block(cidr: string): Pick<IngressRule, "ipv4" | "ipv6"> {
  return isIPv6(cidr.replace(/\/.*$/, "")) ? { ipv6: cidr } : { ipv4: cidr };
}

/** A text in the characters and the length that EC2 takes for descriptions. */
function plain(text: string): string {
  return text.replace(/[^a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]/g, "").slice(0, 255);
}
