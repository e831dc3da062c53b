// Starts a tool of this project from a fresh clone: plain Node, for there may be no modules yet.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [tool, ...args] = process.argv.slice(2);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node.js ${process.versions.node} is too old: install 20.19 or later (nodejs.org)`);
  process.exit(1);
}

const modified = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  console.error("Installing node modules (once, about a minute) …");
  const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (installed.status !== 0) process.exit(installed.status ?? 1);
}

// The tool is the child's own: signals of the terminal reach both, and this one waits for what the tool does about them.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
const { status, signal } = spawnSync(process.execPath, ["--import", "tsx", join(root, tool), ...args], {
  cwd: root,
  stdio: "inherit",
});
process.exit(signal ? 130 : (status ?? 1));
