import { DataResource, Fn, Token } from "cdktf";
import { ExposedPort, leaveInventory, machineKey } from "../../lib/inventory/leave";
import { Variables } from "../../lib/inventory/variables";
import { PYTHON } from "../../lib/python";
import { lazyForEach, lazyString } from "../synthesis/lazy-values";
import { Member } from "../members/member";
import { IMember, MonitoringScope, OnLeave } from "../contracts";

/**
 * Uninstalls the components from servers that leave the monitoring but still exist. Such servers have an `onLeave`.
 *
 * Each server has an entry with its SSH access. When Terraform destroys the entry, for any reason, it runs the
 * playbook. The resource is a `terraform_data`, which updates an entry in place: a changed key file must not destroy
 * the entry and uninstall the components, as it would with a `null_resource`. A server with `OnLeave.NOTHING` has an
 * entry too, because otherwise a change to `OnLeave.NOTHING` would destroy the entry and uninstall the components.
 *
 * Runs and entries do not depend on each other. Otherwise one unreachable server that leaves would stop all runs, or a
 * failed run would stop the uninstall. Nevertheless, Terraform creates an entry before a run changes its server: the
 * entry waits for nothing, but a run first fetches release archives and waits for SSH.
 */
export function uninstallOnLeave(monitoring: MonitoringScope): DataResource {
  const entries = lazyForEach(monitoring, "departures", () =>
    Object.fromEntries(
      monitoring._members.flatMap((member) => {
        const { onLeave, name } = member.server;
        return onLeave === undefined ? [] : [[name, entryOf(member, onLeave)] as const];
      }),
    ),
  );
  // The construct ids keep the former name of this step, because they are part of resource addresses.
  return new DataResource(monitoring, "departure", {
    forEach: entries,
    // One compressed line, because a plan prints the whole value.
    input: { inventory: Fn.base64gzip(Fn.jsonencode(entries.value)) },
    provisioners: [
      {
        type: "local-exec",
        when: "destroy",
        command: `exec ${PYTHON} ${monitoring._playbooksPath}/leave.py`,
        environment: {
          MONITORING_STATE: monitoring._stateDirectory,
          MONITORING_TRUST: "first-use",
          MONITORING_INVENTORY: "${self.input.inventory}",
          MONITORING_MEMBERS: lazyString(() => presentMachines(monitoring)),
        },
      },
    ],
  });
}

function entryOf(member: IMember, onLeave: OnLeave): Variables {
  return leaveInventory({
    monitoring: member.monitoring.name,
    owner: member.monitoring._owner,
    membership: membershipOf(member),
    host: member._inventoryHost,
    uninstall: onLeave !== OnLeave.NOTHING,
    keepData: onLeave !== OnLeave.PURGE,
    exposedPorts: exposedPortsOf(member),
    strict: member.firewall._strict,
  });
}

/** Returns the ports of the exporters and components that this library does not uninstall. */
function exposedPortsOf({ _components: components, _listening: listening }: IMember): ExposedPort[] {
  const byKind = new Map(components.map((component) => [component.kind, component]));
  return listening.flatMap(({ kind, listeners }) => {
    const component = byKind.get(kind);
    if (component && component._playbook === undefined) return [];
    return listeners.map(({ name, port, protocol }) => ({ name: component ? kind : name, port, protocol }));
  });
}

/** Returns the monitoring of a member and the name of its server in it. */
function membershipOf({ monitoring, server }: IMember): string {
  return `${monitoring.node.path} as "${server.name}"`;
}

/**
 * Returns the machines of all monitorings of the app as JSON. A server that was only renamed, or that joined another
 * monitoring, keeps its components. Machines whose address is known only after apply are left out, because a destroy
 * provisioner must not contain references.
 */
export function presentMachines(monitoring: MonitoringScope): string {
  const members = monitoring.node.root.node.findAll().filter((construct) => construct instanceof Member);
  const machines = members
    .map((member) => [machineKey(member._inventoryHost.connection), membershipOf(member)] as const)
    .filter(([machine]) => !Token.isUnresolved(machine));
  return JSON.stringify(Object.fromEntries(machines));
}
