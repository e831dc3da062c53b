import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeFolders, temporaryFolder, writeProgram } from "../playbooks/python";
import { projectRoot } from "../../tools/cli/project";

afterAll(removeFolders);

/** A project whose lock file is newer than its node modules. Returns whether a command of the project installs modules. */
function installs(place: (modules: string, project: string) => void): boolean {
  const [project, modules, programs] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  mkdirSync(join(project, "tools"));
  cpSync(join(projectRoot, "tools", "launch.mjs"), join(project, "tools", "launch.mjs"));
  writeFileSync(join(project, "package-lock.json"), "{}");
  writeFileSync(join(project, "hello.mjs"), 'console.log("hello")');
  mkdirSync(join(modules, "tsx"));
  writeFileSync(join(modules, "tsx", "index.js"), "");
  writeFileSync(join(modules, ".package-lock.json"), "{}");
  utimesSync(join(modules, ".package-lock.json"), 1, 1);
  place(modules, project);
  writeProgram(join(programs, "npm"), `#!/bin/sh\necho "$@" > ${programs}/called\n`);
  const env = { ...process.env, PATH: `${programs}:${process.env.PATH ?? ""}` };
  const output = execFileSync(process.execPath, [join(project, "tools", "launch.mjs"), "hello.mjs"], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(output).toBe("hello\n");
  return existsSync(join(programs, "called"));
}

describe("tools/launch.mjs", () => {
  it("installs modules that are older than the lock file", () => {
    const copied = (modules: string, project: string) => {
      cpSync(modules, join(project, "node_modules"), { recursive: true, preserveTimestamps: true });
    };
    expect(installs(copied)).toBe(true);
  });

  it("leaves linked modules alone, because npm would empty the folder of the other project", () => {
    const linked = (modules: string, project: string) => {
      symlinkSync(modules, join(project, "node_modules"));
    };
    expect(installs(linked)).toBe(false);
  });
});
