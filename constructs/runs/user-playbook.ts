import { AssetType, TerraformAsset } from "cdktf";
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { contentHash } from "../../lib/inventory/content-hash";
import type { Monitoring } from "../monitoring";
import { RunDescription } from "./run";

/**
 * What a run is made of whose playbook is the user's own: the playbook's whole folder.
 *
 * @throws when the playbook does not exist or has no folder of its own
 */
export function userPlaybook(monitoring: Monitoring, id: string, file: string): RunDescription {
  const playbook = resolve(file);
  const folder = dirname(playbook);
  const where = `${monitoring.node.path}/${id}`;
  if (!existsSync(playbook) || !statSync(playbook).isFile())
    throw new Error(`${where}: there is no playbook ${playbook}`);
  if (existsSync(join(folder, "package.json"))) {
    throw new Error(
      `${where}: ${playbook} lies in a project's root: give it a folder of its own, for all of that folder belongs to the run`,
    );
  }
  const content = contentHash(folder, ["."]);
  const asset = new TerraformAsset(monitoring, `${id}-playbook`, {
    path: folder,
    type: AssetType.DIRECTORY,
    assetHash: content,
  });
  return { content, playbookPath: `${asset.path}/${basename(playbook)}` };
}
