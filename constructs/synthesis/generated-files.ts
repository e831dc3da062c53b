import { Token } from "cdktf";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesProblem } from "../../lib/inventory/generated-file";
import { IComponent, IMonitoring } from "../contracts";
import { constructError, rejectIf } from "./errors";

/**
 * Writes the files that the roles copy to their servers, in one folder for each kind and server.
 *
 * @param folder folder of the Terraform JSON of the stack
 * @throws if the path of a file is invalid, or its text contains a token
 */
export function writeGeneratedFiles(monitoring: IMonitoring, folder: string): void {
  const root = join(folder, monitoring._filesDirectory);
  rmSync(root, { recursive: true, force: true });
  for (const component of monitoring._components) {
    writeFilesOf(component, join(root, component.kind, component.member.server.name));
  }
}

function writeFilesOf(component: IComponent, folder: string): void {
  const { files } = component;
  rejectIf(component, filesProblem(files));
  for (const { path, content } of files) {
    if (Token.isUnresolved(content))
      throw constructError(
        component,
        `the file "${path}" contains a value that Terraform knows only at apply time: pass it as a variable instead`,
      );
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
