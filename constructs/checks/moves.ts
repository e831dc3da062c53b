import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { Token } from "cdktf";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { machineKey } from "../../lib/inventory/leave";
import { lostDataProblems, Placements } from "../../lib/inventory/moves";
import type { Monitoring } from "../monitoring";
import { OnMove } from "../components/on-move";
import { constructError } from "../synthesis/errors";

/** Where runs note in the private folder where they succeeded; see `playbooks/controller/placements.py`. */
const FOLDER = "placements";

/**
 * Refuses a synthesis in which a component moves away from a server that leaves the monitoring in the same edit: by the
 * time that the playbooks could copy its data, Terraform may have destroyed the server. Known where the last deploy was
 * made from this machine; elsewhere nothing is noted, and all is well.
 *
 * @param folder where the stack's Terraform JSON is
 * @throws when data would be lost
 */
export function rejectLostData(monitoring: Monitoring, folder: string): void {
  const kept = monitoring._components.filter(({ _onMove: onMove }) => onMove === OnMove.KEEP_DATA);
  const kinds = [...new Set(kept.map(({ kind }) => kind))].map((kind) => ({
    kind,
    servers: kept.filter((component) => component.kind === kind).map(({ member }) => member.server.name),
  }));
  const machines = monitoring._members.map(({ server, _inventoryHost: inventoryHost }) => {
    const machine = machineKey(inventoryHost.connection);
    return [server.name, Token.isUnresolved(machine) ? undefined : machine] as const;
  });
  const before = Object.fromEntries(
    kinds.map(({ kind }) => [kind, noted(join(folder, monitoring._stateDirectory, FOLDER, `${kind}.json`))]),
  );
  const [first] = lostDataProblems(before, kinds, new Map(machines));
  if (first !== undefined) throw constructError(monitoring, first);
}

function noted(file: string): Placements[string] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Placements[string]) : {};
}

/** Has the note go with the stack, for what is deployed after that is another one. */
export function deletePlacementNotes(monitoring: Monitoring): void {
  new NullResource(monitoring, "placements", {
    provisioners: [
      { type: "local-exec", when: "destroy", command: `rm -rf "${monitoring._stateDirectory}/${FOLDER}"` },
    ],
  });
}
