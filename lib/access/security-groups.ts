import { isIPv6 } from "node:net";
import { groupBy } from "../grouping";
import { Edge, Source, SSH } from "./access";

/** An ingress rule of a security group. */
export interface IngressRule {
  /** Key of the rule in its network. It stays the same when servers join or leave. */
  readonly key: string;
  /** Key of the group that the rule belongs to. */
  readonly group: string;
  /** Key of the group that is the allowed source. */
  readonly sourceGroup?: string;
  /** Allowed IPv4 block; may be a token. */
  readonly ipv4?: string;
  /** Allowed IPv6 block. */
  readonly ipv6?: string;
  readonly port: number;
  readonly protocol: string;
  readonly description: string;
}

/** Everything from which the security groups of one network are derived. */
export interface SecurityGroupInput {
  /** Name of the `Monitoring`. */
  readonly monitoring: string;
  /** Names of the servers in this network. */
  readonly members: readonly string[];
  /** Kinds of the agents: components that may run on any member. */
  readonly agents: ReadonlySet<string>;
  /** The access graph. */
  readonly edges: readonly Edge[];
  /** Returns the address from which a server of another network connects, by its name. */
  readonly addressOf: (server: string) => string;
}

/** Security groups of a network and their rules. */
export interface SecurityGroups {
  /** Keys of all groups. */
  readonly groups: readonly string[];
  readonly rules: readonly IngressRule[];
  /** Names of the servers that have a group of their own. */
  readonly owners: ReadonlySet<string>;
}

/** EC2's quota of rules per group and address family (docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html). */
const RULES_PER_GROUP = 60;

/** Returns the key of the group of all servers in a network that belong to a `Monitoring`. */
export function membersGroup(monitoring: string): string {
  return `members-of-${monitoring}`;
}

/** Returns the key of a server's own group. */
export function serverGroup(server: string): string {
  return `server-${server}`;
}

/**
 * Returns the access graph as security groups of one network: a group that all members share, and one for each server
 * whose connections differ from those of the others. The number of groups and rules does not grow with the fleet.
 */
export function securityGroups(input: SecurityGroupInput): SecurityGroups {
  const members = new Set(input.members);
  const all = membersGroup(input.monitoring);
  const edges = input.edges.filter(
    ({ source, destination }) => members.has(destination) && source.server !== destination,
  );
  const shared = sharedConnections(input, members, edges);
  const rules = new Map<string, IngressRule>();
  for (const edge of edges) {
    const { source, destination, kind, listener, reason } = edge;
    const group = shared.has(connectionKey(edge)) ? all : serverGroup(destination);
    const from = sourceOf(input, source, members, all);
    const key = `${group} ${listener.protocol}/${listener.port} from ${from.name}`;
    const description = `${kind} ${listener.name}: ${reason}`;
    const found = rules.get(key);
    if (found?.description.split("; ").includes(descriptionText(description))) continue;
    rules.set(key, {
      key,
      group,
      ...from.rule,
      port: listener.port,
      protocol: listener.protocol,
      description: found ? descriptionText(`${found.description}; ${description}`) : descriptionText(description),
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

/** Returns a message for each group with more rules than EC2 allows. */
export function ruleProblems(rules: readonly IngressRule[]): string[] {
  return [...groupBy(rules, ({ group }) => group)].flatMap(([group, ofGroup]) => {
    const ipv6Rules = ofGroup.filter(({ ipv6 }) => ipv6 !== undefined).length;
    const largest = Math.max(ipv6Rules, ofGroup.length - ipv6Rules);
    return largest <= RULES_PER_GROUP
      ? []
      : [
          `the security group "${group}" needs ${largest} rules, but EC2 allows ${RULES_PER_GROUP}: put servers into the same network, or merge CIDR blocks of technicians (each server of another network and each block needs a rule)`,
        ];
  });
}

/** Returns the connections from one source to all other servers of the network. The members' group has their rules. */
function sharedConnections(
  input: SecurityGroupInput,
  members: ReadonlySet<string>,
  edges: readonly Edge[],
): Set<string> {
  const common = edges.filter(({ kind }) => kind === SSH || input.agents.has(kind));
  const found = [...groupBy(common, connectionKey)].filter(([, same]) => {
    const reached = new Set(same.map(({ destination }) => destination));
    const self = same[0]?.source.server;
    const others = members.size - (self !== undefined && members.has(self) ? 1 : 0);
    return reached.size === others;
  });
  return new Set(found.map(([key]) => key));
}

function connectionKey({ source, kind, listener }: Edge): string {
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

/** Reduces a text to the characters and the length that EC2 accepts in descriptions. */
function descriptionText(text: string): string {
  return text.replace(/[^a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]/g, "").slice(0, 255);
}
