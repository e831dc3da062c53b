import { AssetType, TerraformAsset } from "cdktf";
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { contentHash } from "../../lib/inventory/content-hash";
import { MonitoringScope } from "../contracts";
import { RunDescription } from "./run";

/**
 * Returns the description of a run with a user-provided playbook. All files in the folder of the playbook belong to the
 * run.
 *
 * @throws if the playbook does not exist, or its folder is the root of a project
 */
export function userPlaybook(monitoring: MonitoringScope, id: string, file: string): RunDescription {
  const playbook = resolve(file);
  const folder = dirname(playbook);
  const where = `${monitoring.node.path}/${id}`;
  if (!existsSync(playbook) || !statSync(playbook).isFile())
    throw new Error(`${where}: the playbook ${playbook} does not exist`);
  if (!/^[\w][\w.-]*$/.test(basename(playbook)))
    throw new Error(
      `${where}: playbook: the file name "${basename(playbook)}" is part of a command: use letters, digits, "_", "." and "-" only`,
    );
  if (existsSync(join(folder, "package.json"))) {
    throw new Error(
      `${where}: ${playbook} is in the root of a project: move it to a separate folder, because all files in its folder belong to the run`,
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
