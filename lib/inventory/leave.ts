import { contract } from "../contract";
import { HostConnection, InventoryHost, renderInventory } from "./inventory";
import { Variables } from "./variables";

/** Name of the run that uninstalls everything from a server that leaves. It has its own inventory. */
export const LEAVE: string = contract.runs.leave;

/** A server that may leave later. Terraform stores these values, so that a run can use them after the server left. */
export interface LeavingServer {
  /** Name of the `Monitoring`. */
  readonly monitoring: string;
  /** Path of the member construct, for messages and comparison. */
  readonly membership: string;
  readonly host: InventoryHost;
  /** Whether the components are uninstalled when the server leaves. */
  readonly uninstall: boolean;
  /** Whether the data in /var/lib/monitoring is kept. */
  readonly keepData: boolean;
}

/** Returns an inventory that contains everything needed to uninstall the components from one server. */
export function leaveInventory({ monitoring, membership, host, uninstall, keepData }: LeavingServer): Variables {
  const { name } = host.facts;
  const hosts = uninstall ? [[name, { monitoring_components: [], cleanup_keep_data: keepData }] as const] : [];
  return renderInventory({
    monitoring,
    hosts: [{ connection: host.connection, facts: host.facts }],
    runs: [
      {
        name: LEAVE,
        playbook: `${LEAVE}.yml`,
        content: "",
        component: false,
        artifacts: [],
        secrets: [],
        variables: { monitoring_machine: machineKey(host.connection), monitoring_membership: membership },
        hosts: new Map(hosts),
      },
    ],
  });
}

/** Returns a key that identifies a machine independently of its name: the address that SSH connects to. */
export function machineKey({ host, port, jumpHost }: HostConnection): string {
  return [...(jumpHost === undefined ? [] : [jumpHost]), host, port].join(" ");
}
