import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { version } from "../../package.json";
import { main } from "../cli/command";
import { run } from "../cli/process";
import { projectRoot } from "../cli/project";
import { ensurePython } from "../cli/python";
import { UserError } from "../cli/user-error";

/** A linter: its name and its command line. */
type Linter = readonly [title: string, program: string, ...args: string[]];

/** npm run lint: runs all linters and fails if one of them has findings. */
async function lint(): Promise<void> {
  const bin = await ensurePython("requirements-dev.txt", console.error);
  const packages = mkdtempSync(join(tmpdir(), "packages-"));
  const archives = ["cdktf", "cdktn"].map((name) => join(packages, `${name}-monitoring-${version}.tgz`));
  const linters: readonly Linter[] = [
    ["Prettier", "npx", "prettier", "--check", "--log-level", "warn", "."],
    ["TypeScript", "npx", "tsc", "--project", "."],
    ["ESLint", "npx", "eslint", "--max-warnings", "0", "."],
    ["dependency-cruiser", "npx", "depcruise", "main.ts", "lib", "constructs", "tools", "examples", "__tests__"],
    ["package for cdktf", "npm", "pack", "--silent", "--pack-destination", packages],
    ["package for cdktn", "npm", "run", "--silent", "pack:cdktn", "--", "--pack-destination", packages],
    ...archives.flatMap((archive): Linter[] => [
      [`publint: ${basename(archive)}`, "npx", "publint", "--strict", archive],
      [`Are the types wrong? ${basename(archive)}`, "npx", "attw", archive],
    ]),
    ["ShellCheck", join(bin, "shellcheck"), ".ci/run", ...(await trackedFiles("*.sh"))],
    ["markdownlint", "npx", "markdownlint-cli2"],
    ["yamllint", join(bin, "yamllint"), "--strict", "."],
    ["ansible-lint", join(bin, "ansible-lint"), "--offline", "--strict", "-q"],
  ];
  const environment = {
    PATH: `${bin}:${process.env.PATH ?? ""}`,
    NO_COLOR: "1",
    ANSIBLE_ROLES_PATH: join(projectRoot, "playbooks", "roles"),
    ANSIBLE_LIBRARY: join(projectRoot, "playbooks", "plugins", "modules"),
    ANSIBLE_ACTION_PLUGINS: join(projectRoot, "playbooks", "plugins", "action"),
  };
  const failed: string[] = [];
  for (const [title, program, ...args] of linters) {
    const { code, stdout, stderr } = await run(program, args, { cwd: projectRoot, environment });
    console.log(`${code === 0 ? "PASS" : "FAIL"}  ${title}`);
    if (code === 0) continue;
    failed.push(title);
    console.log(`${stdout}${stderr}`);
  }
  rmSync(packages, { recursive: true, force: true });
  if (failed.length > 0) throw new UserError(`these linters have findings: ${failed.join(", ")}`);
}

async function trackedFiles(pattern: string): Promise<string[]> {
  const { code, stdout, stderr } = await run("git", ["ls-files", "-z", pattern], { cwd: projectRoot });
  if (code !== 0) throw new UserError(`git ls-files failed: ${stderr.trim()}`);
  return stdout.split("\0").filter((file) => file !== "");
}

main(lint);
