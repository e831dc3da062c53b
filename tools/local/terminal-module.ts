import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";

/** The module with which cdktf-cli starts Terraform. It contains compiled programs for some versions of Node.js only. */
const MODULE = "@cdktf/node-pty-prebuilt-multiarch";

/**
 * Checks that cdktf-cli can run on this version of Node.js, because it would end with a stack trace.
 *
 * @param modules folder of the node modules
 * @throws UserError with the version that works
 */
export function requireTerminalModule(modules = join(projectRoot, "node_modules")): void {
  const folder = join(modules, MODULE);
  if (existsSync(join(folder, "build", "Release", "pty.node"))) return;
  const programs = join(folder, "prebuilds", `${process.platform}-${process.arch}`);
  // Two versions of Node.js with the same number of modules can load the same programs.
  const wanted = `node.abi${process.versions.modules}.`;
  if (existsSync(programs) && readdirSync(programs).some((name) => name.startsWith(wanted))) return;
  throw new UserError(
    `cdktf-cli does not run on Node.js ${process.versions.node}, because its module ${MODULE} contains no program for this version: use Node.js 22. The library itself runs on newer versions`,
  );
}
