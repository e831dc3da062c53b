import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../cli/lock";
import { type Log, run } from "../../cli/process";
import { cacheFolder } from "../../cli/project";
import { ensurePython } from "../../cli/python";
import { UserError } from "../../cli/user-error";
import { makeWorkFolder } from "../../local/files";
import { NULL_WHEEL, VERSIONS } from "./versions";

/** Name of the archive of the null provider's bindings, in the folder that {@link ensureCdktn} returns. */
export const NULL_ARCHIVE = "provider-null.tgz";

/**
 * Installs cdktn and its bindings into the cache, or finds them there.
 *
 * @returns the folder that contains `node_modules`
 * @throws UserError if npm or PyPI is unreachable
 */
export async function ensureCdktn(log: Log): Promise<string> {
  const { "cdktn-cli": cli, ...versions } = VERSIONS;
  const key = createHash("sha256")
    .update(JSON.stringify([versions, NULL_WHEEL]))
    .digest("hex")
    .slice(0, 16);
  const home = cacheFolder("cdktn");
  const folder = join(home, key);
  if (existsSync(folder)) return folder;
  await withLock(join(home, ".lock"), log, async () => {
    if (existsSync(folder)) return;
    log(`installing cdktn ${versions.cdktn} and its bindings (once; cdktn-cli ${cli} is not needed)`);
    const work = makeWorkFolder(home);
    await fetchNullBindings(work, log);
    const dependencies = { ...versions, "@cdktn/provider-null": `file:${NULL_ARCHIVE}` };
    writeFileSync(join(work, "package.json"), JSON.stringify({ private: true, dependencies }));
    const { code, stderr } = await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: work,
    });
    if (code !== 0) throw new UserError(`cdktn ${versions.cdktn} cannot be installed: ${stderr.trim()}`);
    renameSync(work, folder);
  });
  return folder;
}

/** Fetches the wheel of the null provider's bindings, and extracts the npm package in it. */
async function fetchNullBindings(folder: string, log: Log): Promise<void> {
  const { version, sha256 } = NULL_WHEEL;
  const requirements = join(folder, "requirements.txt");
  writeFileSync(requirements, `cdktn-provider-null==${version} --hash=sha256:${sha256}\n`);
  const bin = await ensurePython("requirements.txt", log);
  const download = ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  const checked = ["--require-hashes", "--requirement", requirements, "--dest", folder];
  await succeed(join(bin, "pip"), ...download, ...checked);
  const wheel = join(folder, `cdktn_provider_null-${version}-py3-none-any.whl`);
  const extracted = join(folder, "wheel");
  await succeed("python3", "-m", "zipfile", "--extract", wheel, extracted);
  const archive = join(extracted, "cdktn_provider_null", "_jsii", `provider-null@${version}.jsii.tgz`);
  renameSync(archive, join(folder, NULL_ARCHIVE));
  for (const path of [requirements, wheel, extracted]) rmSync(path, { recursive: true });
}

async function succeed(program: string, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, args);
  if (code !== 0) throw new UserError(`cdktn-provider-null ${NULL_WHEEL.version} cannot be fetched: ${stderr.trim()}`);
}
