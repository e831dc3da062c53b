import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { run, type Log } from "../../cli/process";
import { goEnvironment, goFailure, sourceFolder, type DownloadedModule, type GoModule } from "./go";

/**
 * Copies a module into a folder and generates the missing code there with `wire`, so that Go's module cache stays
 * unchanged. Our `go.mod` pins `wire` as a tool.
 *
 * @returns the folder with a `go.mod` that builds from the copy
 */
export async function generateWiring(
  module: GoModule,
  { directory }: DownloadedModule,
  folder: string,
  log: Log,
): Promise<string> {
  const started = Date.now();
  log(`${module.name}: generating code with wire`);
  for (const file of ["go.mod", "go.sum"]) {
    copyFileSync(join(sourceFolder(module), file), join(folder, file));
  }
  copyTree(directory, join(folder, "module"));
  // Relative, because the path becomes part of the program.
  await go(module, folder, ["mod", "edit", `-replace=${module.module}=./module`]);
  const tags = module.tags.join(" ");
  await go(module, folder, ["tool", "wire", "gen", "-tags", tags, `${module.module}/${String(module.wire)}`]);
  log(`${module.name}: generated in ${Math.round((Date.now() - started) / 1000)} s`);
  return folder;
}

/** Copies files and creates new folders, because the folders of Go's cache are read-only. */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    const target = join(to, relative(from, source));
    if (entry.isDirectory()) {
      mkdirSync(target, { recursive: true });
    } else {
      copyFileSync(source, target);
    }
  }
}

async function go(module: GoModule, cwd: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run("go", args, { cwd, environment: goEnvironment });
  if (code !== 0) throw goFailure(module, args.slice(0, 2).join(" "), code, stderr);
}
