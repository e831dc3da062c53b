// Starts a command of this project, also in a fresh clone. Uses only Node.js itself, because the modules may not be installed yet.
import { spawnSync } from "node:child_process";
import { lstatSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node.js ${process.versions.node} is too old: install Node.js 20.19 or later (https://nodejs.org)`);
  process.exit(1);
}

const modified = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
// Through a link, npm would empty the modules of another project.
const isLink = lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
if (!isLink && modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  console.error("Installing node modules (once, about a minute)");
  const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (installed.status !== 0) process.exit(installed.status ?? 1);
}

// Signals of the terminal reach both processes. This one waits until the command has handled them.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
const { status, signal } = spawnSync(process.execPath, ["--import", "tsx", join(root, command), ...args], {
  cwd: root,
  stdio: "inherit",
});
process.exit(signal ? 130 : (status ?? 1));
