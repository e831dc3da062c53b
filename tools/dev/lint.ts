import { join } from "node:path";
import { projectRoot } from "../cli/project";
import { main } from "../cli/command";
import { run } from "../cli/process";
import { UserError } from "../cli/user-error";
import { ensurePython } from "../cli/python";

/** A linter: what it is called, and how it is run. */
type Linter = readonly [title: string, program: string, ...args: string[]];

/** Runs all linters, each to its end, and fails when one found anything. */
async function lint(): Promise<void> {
  const bin = await ensurePython("requirements-dev.txt", (line) => {
    console.error(line);
  });
  const linters: readonly Linter[] = [
    ["Prettier", "npx", "prettier", "--check", "--log-level", "warn", "."],
    ["TypeScript", "npx", "tsc", "--project", "."],
    ["ESLint", "npx", "eslint", "--max-warnings", "0", "."],
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
    console.log(`${code === 0 ? "clean" : "FOUND"}  ${title}`);
    if (code === 0) continue;
    failed.push(title);
    console.log(`${stdout}${stderr}`);
  }
  if (failed.length > 0) throw new UserError(`not clean: ${failed.join(", ")}`);
}

main(lint);
