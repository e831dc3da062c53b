import { HostConnection, InventoryHost, renderInventory, Variables } from "./inventory";

/** The run that removes from a server what we installed there; it has an inventory of its own. */
export const LEAVE = "leave";

/** A server, as it will be known when it has left. */
export interface LeavingServer {
  /** The monitoring's name. */
  readonly monitoring: string;
  /** What the server was in which monitoring, for people and to be compared. */
  readonly membership: string;
  readonly host: InventoryHost;
  /** Whether anything is removed at all. */
  readonly uninstall: boolean;
  /** Whether its data stay in /var/lib/monitoring. */
  readonly keepData: boolean;
}

/** All that it takes to remove from a server what we installed there, when nothing else knows of it any more. */
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

/** What tells a machine from others, whatever it is called: where SSH finds it. */
export function machineKey({ host, port, jumpHost }: HostConnection): string {
  return [...(jumpHost === undefined ? [] : [jumpHost]), host, port].join(" ");
}
