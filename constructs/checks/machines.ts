import { Token } from "cdktf";
import { isIP } from "node:net";
import { machineKey } from "../../lib/inventory/leave";
import { IMember, MonitoringScope } from "../contracts";
import { Member } from "../members/member";

/**
 * Returns a message for each server that is also a member of another monitoring of the app. The two would overwrite each
 * other's firewall and components. Addresses that only Terraform knows are not compared here: the servers themselves refuse
 * a second monitoring.
 */
export function sharedMachineProblems(monitoring: MonitoringScope): string[] {
  const others = new Map<string, IMember>();
  for (const construct of monitoring.node.root.node.findAll()) {
    if (!(construct instanceof Member) || (construct.monitoring as object) === monitoring) continue;
    const machine = machineOf(construct);
    if (machine !== undefined) others.set(machine, construct);
  }
  return monitoring._members.flatMap((member) => {
    const machine = machineOf(member);
    const other = machine === undefined ? undefined : others.get(machine);
    if (!other) return [];
    return [
      `${member.node.path} and ${other.node.path} are the same machine (${member._inventoryHost.connection.host}), but belong to different monitorings (${monitoring.node.path}, ${other.monitoring.node.path}): remove one of them`,
    ];
  });
}

/** Returns the key of a machine, or undefined if only Terraform knows the address. */
function machineOf(member: IMember): string | undefined {
  const machine = machineKey(member._inventoryHost.connection);
  return Token.isUnresolved(machine) ? undefined : machine;
}

/**
 * Returns the monitorings that certainly share no server with a monitoring, once {@link sharedMachineProblems} found
 * nothing. Names, ports and jump hosts may hide that two members are the same machine.
 */
export function monitoringsWithoutServersOf<T extends MonitoringScope>(monitoring: T, all: readonly T[]): T[] {
  const isClear = ({ _members: members }: T): boolean =>
    members.every(({ _inventoryHost: { connection } }) => {
      const { host, port, jumpHost } = connection;
      return !Token.isUnresolved(host) && isIP(host) !== 0 && port === 22 && jumpHost === undefined;
    });
  return isClear(monitoring) ? all.filter((other) => other !== monitoring && isClear(other)) : [];
}
