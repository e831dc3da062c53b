import { Token } from "cdktf";
import { isIP } from "node:net";
import { portProblems } from "../../lib/access/access";
import { isHostName } from "../../lib/network/address";
import { groupBy } from "../../lib/grouping";
import { parseJumpHost } from "../../lib/network/jump-host";
import type { Member } from "../members/member";
import type { Monitoring } from "../monitoring";
import { IServer } from "../contracts";

/** What is wrong with a monitoring's servers and what is placed on them, once all is there, as sentences. */
export function topologyProblems(monitoring: Monitoring): string[] {
  const { _members: members, _components: components } = monitoring;
  const sshPorts = new Map(members.map(({ server }) => [server.name, sshPort(server)]));
  return [
    ...nameProblems(members),
    ...addressProblems(members),
    ...(components.some(({ kind }) => kind === "prometheus")
      ? []
      : ['no Prometheus is placed: construct one on a MonitoringHost, as in new Prometheus(host, "prometheus")']),
    ...networkProblems(monitoring),
    ...portProblems(monitoring._listening, sshPorts),
    ...members.flatMap(({ firewall }) => firewall._problems()),
    ...namedSourceProblems(monitoring),
  ];
}

/** The port of a server's sshd. */
export function sshPort({ ssh }: IServer): number {
  return ssh.port ?? 22;
}

/** From where Ansible connects to a server, as CIDR blocks: from its jump host too, where there is one. */
export function controllersOf({ ssh }: IServer, controllers: readonly string[]): readonly string[] {
  if (ssh.jumpHost === undefined) return controllers;
  const { host } = parseJumpHost(ssh.jumpHost);
  const family = isIP(host);
  // A jump host that has a name only is let in by no address; one that comes by another address is named by the user.
  return family === 0 ? controllers : [`${host}/${family === 4 ? 32 : 128}`, ...controllers];
}

function nameProblems(members: readonly Member[]): string[] {
  return repeated(members, ({ server }) => server.name).map(
    ([name, same]) =>
      `two servers are called "${name}" (${paths(same)}): names must differ, they are the label "instance"`,
  );
}

/** Addresses that are known at synthesis; what Terraform finds out is the cloud's to keep apart. */
function addressProblems(members: readonly Member[]): string[] {
  const known = members.filter(({ server }) => !Token.isUnresolved(server.address));
  const privately = repeated(known, ({ server }) => `${server.network.node.path} ${server.address}`);
  const publicly = repeated(
    members.filter(
      ({ server: { publicAddress } }) => publicAddress !== undefined && !Token.isUnresolved(publicAddress),
    ),
    ({ server }) => server.publicAddress ?? "",
  );
  const found = new Map(
    [...privately, ...publicly].map(([key, same]) => [paths(same), key.replace(/^.* /, "")] as const),
  );
  return [...found].map(
    ([where, address]) => `the address ${address} is that of two servers (${where}): correct one of them`,
  );
}

/** Servers of different networks reach each other by public addresses, which both must have. */
function networkProblems({ _members: members }: Monitoring): string[] {
  const [first] = members;
  if (!first || members.every(({ server }) => server.network === first.server.network)) return [];
  const hidden = members.filter(({ server }) => server.publicAddress === undefined);
  const strangers = hidden.filter(({ server }) => members.some((other) => other.server.network !== server.network));
  if (strangers.length === 0) return [];
  const names = strangers.map(({ server }) => `"${server.name}" (${server.network.name})`).join(", ");
  return [
    `the monitoring's servers are in different networks, and some have no public address: ${names} cannot be reached from the others`,
  ];
}

/** A firewall admits addresses: at boot, when its rules are loaded, it can look up no names. */
function namedSourceProblems(monitoring: Monitoring): string[] {
  const servers = new Map(monitoring._members.map((member) => [member.server.name, member]));
  const found = new Map<string, string>();
  for (const { source, destination } of monitoring.accessGraph) {
    const from = servers.get(source.server ?? "");
    const to = servers.get(destination);
    if (!from || !to || from === to) continue;
    const address = monitoring.dial(to.server, from.server.name);
    if (Token.isUnresolved(address) || !isHostName(address)) continue;
    found.set(
      from.server.name,
      `${from.server.node.path} is known by the name "${address}" only, and must be let into other servers by its address: give it a publicAddress (or a privateAddress in a network)`,
    );
  }
  return [...found.values()];
}

function repeated(members: readonly Member[], keyOf: (member: Member) => string): [string, Member[]][] {
  return [...groupBy(members, keyOf)].filter(([, same]) => same.length > 1);
}

function paths(members: readonly Member[]): string {
  return members.map(({ node }) => node.path).join(", ");
}
