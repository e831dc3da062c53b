import { Token } from "cdktf";
import { isIP } from "node:net";
import { IMonitoring, IServer } from "../contracts";
import { serverRoute } from "../servers/server-route";

/** Servers can connect to each other only if both have an address of the same family. */
export function familyProblems(monitoring: IMonitoring): string[] {
  const servers = new Map(monitoring._members.map((member) => [member.server.name, member.server]));
  const found = new Map<string, string>();
  for (const { source, destination, kind } of monitoring.accessGraph) {
    const from = servers.get(source.server ?? "");
    const to = servers.get(destination);
    if (!from || !to || from === to || serverRoute(from, to)) continue;
    // Another check reports a server without an address for other networks.
    if (from.network !== to.network && to.publicAddress === undefined) continue;
    found.set(
      `${from.name} ${to.name}`,
      `"${from.name}" (${families(from, to)}) connects to ${kind} on "${to.name}" (${families(to, from)}), but they have no addresses of the same family (IPv4 or IPv6)${to.bindAddress === "" ? "" : ` on which "${to.name}" listens`}: set secondAddress on one of them to its address of the other family`,
    );
  }
  return [...found.values()];
}

/** Returns the addresses of a server as another one sees them, for a message. */
function families(server: IServer, observer: IServer): string {
  const first = server.network === observer.network ? server.address : server.publicAddress;
  const known = [first, server.secondAddress].map((address) =>
    address !== undefined && Token.isUnresolved(address) ? `IPv${server._family ?? "?"}` : address,
  );
  return known.filter((address) => address !== undefined).join(", ");
}

/** Returns a warning if the blocks of the technicians have no address of the family of a server. */
export function familyWarnings({ _members: members, technicians }: IMonitoring): string[] {
  const open = new Set(technicians.map((cidr) => isIP(cidr.replace(/\/.*$/, ""))));
  if (open.size === 0) return [];
  const closed = members.filter(({ server }) => {
    const own = [server.publicAddress ?? server.address, server.secondAddress].flatMap((address) =>
      address === undefined ? [] : [Token.isUnresolved(address) ? (server._family ?? 0) : isIP(address)],
    );
    return own.every((family) => family !== 0 && !open.has(family));
  });
  if (closed.length === 0) return [];
  const [family = 0] = open;
  return [
    `technicians: all blocks are IPv${family}, so technicians cannot reach servers without an IPv${family} address (${closed.map(({ server }) => `"${server.name}"`).join(", ")}). Add a block of the other family, or set secondAddress`,
  ];
}
