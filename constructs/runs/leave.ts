import { DataResource, Fn, Token } from "cdktf";
import { leaveInventory, machineKey } from "../../lib/inventory/leave";
import { Variables } from "../../lib/inventory/inventory";
import { lazyForEach, lazyString } from "../synthesis/lazy-values";
import { Member } from "../members/member";
import type { Monitoring } from "../monitoring";
import { OnLeave } from "../contracts";

/**
 * Removes what we installed from servers that leave the monitoring and are still there; those say so by `onLeave`.
 *
 * Each has an entry that holds how it is reached, and whose end, by whatever means, runs the playbook. The entry is
 * brought up to date in place, as a null_resource could not be: a key that was moved is no reason to uninstall. Where
 * nothing is to be touched there is an entry too, for else saying so would end it, and uninstall.
 *
 * No run depends on the entries, nor they on runs: Terraform would hold back all runs when one server that leaves is
 * unreachable, or the other way round. That an entry exists before its server is touched follows from how soon it is
 * made: it waits for nothing, and a run for a program that fetches archives, and then for SSH.
 */
export function uninstallOnLeave(monitoring: Monitoring): DataResource {
  const entries = lazyForEach(monitoring, "departures", () =>
    Object.fromEntries(
      monitoring._members.flatMap((member) => {
        const { onLeave, name } = member.server;
        return onLeave === undefined ? [] : [[name, entryOf(member, onLeave)] as const];
      }),
    ),
  );
  return new DataResource(monitoring, "departure", {
    forEach: entries,
    // In one line, for a plan prints all of it.
    input: { inventory: Fn.base64gzip(Fn.jsonencode(entries.value)) },
    provisioners: [
      {
        type: "local-exec",
        when: "destroy",
        command: `exec python3 ${monitoring._playbooksPath}/leave.py`,
        environment: {
          MONITORING_STATE: monitoring._stateDirectory,
          MONITORING_INVENTORY: "${self.input.inventory}",
          MONITORING_MEMBERS: lazyString(() => presentMachines(monitoring)),
        },
      },
    ],
  });
}

function entryOf(member: Member, onLeave: OnLeave): Variables {
  return leaveInventory({
    monitoring: member.monitoring.name,
    membership: membershipOf(member),
    host: member._inventoryHost,
    uninstall: onLeave !== OnLeave.NOTHING,
    keepData: onLeave !== OnLeave.PURGE,
  });
}

/** By what name a server belongs to which monitoring. */
function membershipOf({ monitoring, server }: Member): string {
  return `${monitoring.node.path} as "${server.name}"`;
}

/**
 * Which machines belong to which monitoring of the app, as JSON: of a server that only was renamed, or went to another
 * monitoring, nothing must be removed. A destroy provisioner may refer to nothing, so machines that Terraform finds are
 * left out.
 */
function presentMachines(monitoring: Monitoring): string {
  const members = monitoring.node.root.node.findAll().filter((construct) => construct instanceof Member);
  const machines = members
    .map((member) => [machineKey(member._inventoryHost.connection), membershipOf(member)] as const)
    .filter(([machine]) => !Token.isUnresolved(machine));
  return JSON.stringify(Object.fromEntries(machines));
}
