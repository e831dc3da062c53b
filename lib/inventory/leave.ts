import { contract } from "../contract";
import { HostConnection, InventoryHost, Owner, renderInventory } from "./inventory";
import { Variables } from "./variables";

/** Name of the run that uninstalls everything from a server that leaves. It has its own inventory. */
export const LEAVE: string = contract.runs.leave;

/** A server that may leave later. Terraform stores these values, so that a run can use them after the server left. */
export interface LeavingServer {
  /** Name of the `Monitoring`. */
  readonly monitoring: string;
  /**
   * The monitoring as the owner of its servers.
   *
   * @default - the servers have no owner
   */
  readonly owner?: Owner;
  /** Path of the member construct, for messages and comparison. */
  readonly membership: string;
  readonly host: InventoryHost;
  /** Whether the components are uninstalled when the server leaves. */
  readonly uninstall: boolean;
  /** Whether the data in /var/lib/monitoring is kept. */
  readonly keepData: boolean;
  /** Ports that stay open when the server leaves, without the protection of the host firewall. */
  readonly exposedPorts: readonly ExposedPort[];
  /** Whether the host firewall also blocked all other ports. */
  readonly strict: boolean;
}

/** A port of a user-provided exporter or component. */
export interface ExposedPort {
  /** Name of the exporter or component. */
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/** Returns an inventory that contains everything needed to uninstall the components from one server. */
export function leaveInventory(server: LeavingServer): Variables {
  const { monitoring, membership, host, uninstall, keepData } = server;
  const { name } = host.facts;
  const hosts = uninstall ? [[name, { monitoring_components: [], cleanup_keep_data: keepData }] as const] : [];
  return renderInventory({
    monitoring,
    owner: server.owner,
    hosts: [{ connection: host.connection, facts: host.facts }],
    runs: [
      {
        name: LEAVE,
        playbook: `${LEAVE}.yml`,
        content: "",
        component: false,
        artifacts: [],
        secrets: [],
        variables: {
          monitoring_machine: machineKey(host.connection),
          monitoring_membership: membership,
          monitoring_exposed_ports: server.exposedPorts.map((port) => ({ ...port })),
          monitoring_strict: server.strict,
        },
        hosts: new Map(hosts),
      },
    ],
  });
}

/** Returns a key that identifies a machine independently of its name: the address that SSH connects to. */
export function machineKey({ host, port, jumpHost }: HostConnection): string {
  return [...(jumpHost === undefined ? [] : [jumpHost]), host, port].join(" ");
}
