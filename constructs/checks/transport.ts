import { IMonitoring } from "../contracts";

/** Returns a warning if the connections between components are not encrypted. */
export function transportWarnings({ transport, node }: IMonitoring): string[] {
  if (transport._encrypted) return [];
  return [
    `${node.path}: transport: with Transport.plain(), everybody who can read or change the traffic between the servers can read and forge metrics, logs and alerts: remove the setting to encrypt all connections`,
  ];
}
