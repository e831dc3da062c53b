import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { Token } from "cdktf";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { contract } from "../../lib/contract";
import { machineKey } from "../../lib/inventory/leave";
import { lostDataProblems, Placements } from "../../lib/inventory/moves";
import { MonitoringScope } from "../contracts";
import { OnMove } from "../components/on-move";
import { constructError } from "../synthesis/errors";

/**
 * Rejects a move of a component whose old server leaves the monitoring in the same edit, because Terraform might
 * destroy the server before the playbook can copy the data. The check reads the placement notes of the last deploy on
 * this machine. On another machine there are no notes, so the check passes.
 *
 * @param folder folder of the Terraform JSON of the stack
 * @throws if data would be lost
 */
export function rejectLostData(monitoring: MonitoringScope, folder: string): void {
  const keepData = monitoring._components.filter(({ _onMove: onMove }) => onMove === OnMove.KEEP_DATA);
  const kinds = [...new Set(keepData.map(({ kind }) => kind))].map((kind) => ({
    kind,
    servers: keepData.filter((component) => component.kind === kind).map(({ member }) => member.server.name),
  }));
  const machines = monitoring._members.map(({ server, _inventoryHost: inventoryHost }) => {
    const machine = machineKey(inventoryHost.connection);
    return [server.name, Token.isUnresolved(machine) ? undefined : machine] as const;
  });
  const before = Object.fromEntries(
    kinds.map(({ kind }) => [
      kind,
      readNote(join(folder, monitoring._stateDirectory, contract.state.placements, `${kind}.json`)),
    ]),
  );
  const [first] = lostDataProblems(before, kinds, new Map(machines));
  if (first !== undefined) throw constructError(monitoring, first);
}

function readNote(file: string): Placements[string] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Placements[string]) : {};
}

/** Deletes the notes about placements and members together with the stack, because a later stack of the same name has none yet. */
export function deleteNotes(monitoring: MonitoringScope): void {
  const notes = [contract.state.placements, contract.state.members];
  new NullResource(monitoring, "placements", {
    provisioners: [
      {
        type: "local-exec",
        when: "destroy",
        command: `rm -rf ${notes.map((name) => `"${monitoring._stateDirectory}/${name}"`).join(" ")}`,
      },
    ],
  });
}
