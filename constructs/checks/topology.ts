import { Token } from "cdktf";
import { isIP } from "node:net";
import { listenerProblem, portProblems } from "../../lib/access/access";
import { isHostName } from "../../lib/network/address";
import { groupBy } from "../../lib/grouping";
import { parseJumpHost } from "../../lib/network/jump-host";
import { familyProblems } from "./families";
import { IComponent, IMember, IMonitoring, IServer } from "../contracts";

/** Returns the problems of the servers of a monitoring and of the components on them. Complete at synthesis. */
export function topologyProblems(monitoring: IMonitoring): string[] {
  const { _members: members, _components: components } = monitoring;
  const sshPorts = new Map(members.map(({ server }) => [server.name, sshPort(server)]));
  return [
    ...nameProblems(members),
    ...addressProblems(members),
    ...(components.some(({ kind }) => kind === "prometheus")
      ? []
      : [
          'the monitoring has no Prometheus: construct one on a MonitoringHost, as in new Prometheus(host, "prometheus")',
        ]),
    ...networkProblems(monitoring),
    ...portProblems(monitoring._listening, sshPorts),
    ...components.flatMap(listenerProblems),
    ...members.flatMap(({ firewall }) => firewall._problems()),
    ...familyProblems(monitoring),
    ...namedSourceProblems(monitoring),
  ];
}

/** Returns the port of the SSH server. */
export function sshPort({ ssh }: IServer): number {
  return ssh.port ?? 22;
}

/** Returns the addresses from which Ansible connects to a server, as CIDR blocks, with its jump host if it has one. */
export function controllersOf({ ssh }: IServer, controllers: readonly string[]): readonly string[] {
  if (ssh.jumpHost === undefined) return controllers;
  const { host } = parseJumpHost(ssh.jumpHost);
  const family = isIP(host);
  // A firewall needs the IP address of the jump host. For a host name, the user adds the address to `controllers`.
  return family === 0 ? controllers : [`${host}/${family === 4 ? 32 : 128}`, ...controllers];
}

function nameProblems(members: readonly IMember[]): string[] {
  // Names are also host names and folders. DNS and the file systems of many controllers ignore case.
  return repeated(members, ({ server }) => server.name.toLowerCase()).map(([, same]) => {
    const names = [...new Set(same.map(({ server }) => `"${server.name}"`))];
    return names.length > 1
      ? `the server names ${names.join(" and ")} differ only in case (${paths(same)}): rename one of them, because host names and folders ignore case`
      : `two servers are called ${names.join("")} (${paths(same)}): rename one of them, because the name is the label "instance"`;
  });
}

/** Checks the addresses that are known at synthesis. A cloud assigns unique addresses to the others. */
function addressProblems(members: readonly IMember[]): string[] {
  const known = members.filter(({ server }) => !Token.isUnresolved(server.address));
  const privately = repeated(known, ({ server }) => `${server.network.node.path} ${server.address}`);
  const publicly = repeated(
    members.filter(
      ({ server: { publicAddress } }) => publicAddress !== undefined && !Token.isUnresolved(publicAddress),
    ),
    ({ server }) => server.publicAddress ?? "",
  );
  const secondly = repeated(
    members.filter(({ server: { secondAddress } }) => secondAddress !== undefined),
    ({ server }) => server.secondAddress ?? "",
  );
  const found = new Map(
    [...privately, ...publicly, ...secondly].map(([key, same]) => [paths(same), key.replace(/^.* /, "")] as const),
  );
  return [...found].map(
    ([where, address]) => `two servers have the address ${address} (${where}): correct one of them`,
  );
}

/** Servers of different networks reach each other at public addresses, so each server needs a public address. */
function networkProblems({ _members: members }: IMonitoring): string[] {
  const [first] = members;
  if (!first || members.every(({ server }) => server.network === first.server.network)) return [];
  const withoutPublic = members.filter(({ server }) => server.publicAddress === undefined);
  const unreachable = withoutPublic.filter(({ server }) =>
    members.some((other) => other.server.network !== server.network),
  );
  if (unreachable.length === 0) return [];
  const names = unreachable.map(({ server }) => `"${server.name}" (${server.network.name})`).join(", ");
  return [
    `the servers are in different networks, and some have no public address: the other servers cannot reach ${names}. Set publicAddress on them`,
  ];
}

/** A custom component may compute its listeners, so they are checked when they are complete. */
function listenerProblems({ node, listeners }: IComponent): string[] {
  return listeners.flatMap((listener) => {
    const found = listenerProblem(listener);
    return found === undefined ? [] : [`${node.path}: ${found}`];
  });
}

/** Firewall rules need IP addresses, because no name can be resolved when the rules are loaded at boot. */
function namedSourceProblems(monitoring: IMonitoring): string[] {
  const servers = new Map(monitoring._members.map((member) => [member.server.name, member]));
  const found = new Map<string, string>();
  for (const { source, destination } of monitoring.accessGraph) {
    const from = servers.get(source.server ?? "");
    const to = servers.get(destination);
    if (!from || !to || from === to) continue;
    const address = monitoring._sourceOf(from.server.name, to.server);
    if (Token.isUnresolved(address) || !isHostName(address)) continue;
    found.set(
      from.server.name,
      `${from.server.node.path} has only the name "${address}", but the firewalls of other servers need its IP address: set publicAddress (or privateAddress in a network)`,
    );
  }
  return [...found.values()];
}

function repeated(members: readonly IMember[], keyOf: (member: IMember) => string): [string, IMember[]][] {
  return [...groupBy(members, keyOf)].filter(([, same]) => same.length > 1);
}

function paths(members: readonly IMember[]): string {
  return members.map(({ node }) => node.path).join(", ");
}
