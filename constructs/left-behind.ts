import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { Token } from "cdktf";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { machineOf } from "../lib/departure";
import { leftBehind, Placements } from "../lib/left-behind";
import type { Monitoring } from "./monitoring";
import { OnMove } from "./on-move";
import { problem } from "./problem";

/** What the last run of a deploy notes in the private folder; see `playbooks/controller/placements.py`. */
const FILE = "placements.json";

/**
 * Refuses a synthesis in which a component moves away from a server that leaves the monitoring in the same edit: by the
 * time that the playbooks could copy its data, Terraform may have destroyed the server. Known where the last deploy was
 * made from this machine; elsewhere nothing is noted, and all is well.
 *
 * @param folder where the stack's Terraform JSON is
 * @throws when data would be lost
 */
export function refuseToLeaveBehind(monitoring: Monitoring, folder: string): void {
  const file = join(folder, monitoring.stateDirectory, FILE);
  if (!existsSync(file)) return;
  const kept = monitoring.components.filter(({ onMove }) => onMove === OnMove.KEEP_DATA);
  const kinds = [...new Set(kept.map(({ kind }) => kind))].map((kind) => ({
    kind,
    servers: kept.filter((component) => component.kind === kind).map(({ member }) => member.server.name),
  }));
  const machines = monitoring.members.map(({ server, inventoryHost }) => {
    const machine = machineOf(inventoryHost.connection);
    return [server.name, Token.isUnresolved(machine) ? undefined : machine] as const;
  });
  const [first] = leftBehind(JSON.parse(readFileSync(file, "utf8")) as Placements, kinds, new Map(machines));
  if (first !== undefined) throw problem(monitoring, first);
}

/** Has the note go with the stack, for what is deployed after that is another one. */
export function forgetWithStack(monitoring: Monitoring): void {
  new NullResource(monitoring, "placements", {
    provisioners: [{ type: "local-exec", when: "destroy", command: `rm -f "${monitoring.stateDirectory}/${FILE}"` }],
  });
}
