import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { packageRoot } from "../../lib/paths";
import { withLock } from "./lock";
import { type Log, run } from "./process";
import { cacheDirectory, cacheFolder } from "./project";
import { UserError } from "./user-error";

/** The oldest Python for which `requirements.txt` has a release of ansible-core: 2.19 (docs.ansible.com, ansible-core support matrix). */
const OLDEST = [3, 11] as const;

/**
 * Creates a Python virtual environment with the packages of a requirements file, or finds the existing one. pip rejects a
 * package whose SHA-256 is not in the file.
 *
 * @param requirements name of the file in this package, such as `requirements.txt`
 * @returns the folder of its programs, for PATH
 * @throws UserError if Python is missing or too old, or if a package cannot be installed
 */
export async function ensurePython(requirements: string, log: Log): Promise<string> {
  const version = await pythonVersion();
  const lock = readFileSync(join(packageRoot, requirements));
  const key = createHash("sha256").update(version).update(lock).digest("hex").slice(0, 16);
  const directory = join(cacheDirectory(), "python", key);
  const bin = join(directory, "bin");
  const complete = join(directory, "complete");
  if (existsSync(complete)) return bin;
  await withLock(join(cacheFolder("python"), ".lock"), log, async () => {
    if (!existsSync(complete)) await createEnvironment(directory, requirements, log);
  });
  return bin;
}

async function createEnvironment(directory: string, requirements: string, log: Log): Promise<void> {
  log(`creating a Python virtual environment from ${requirements} (once)`);
  rmSync(directory, { recursive: true, force: true });
  const created = await run("python3", ["-m", "venv", directory]);
  if (created.code !== 0) {
    throw new UserError(
      `python3 cannot create a virtual environment. On Debian and Ubuntu: apt-get install python3-venv\n${created.stderr || created.stdout}`,
    );
  }
  const installed = await run(
    join(directory, "bin", "pip"),
    [
      ...["install", "--quiet", "--disable-pip-version-check", "--requirement", join(packageRoot, requirements)],
      // Wheels only, because the build of a source archive would install further packages, without digests.
      ...["--require-hashes", "--only-binary", ":all:"],
    ],
    { log },
  );
  if (installed.code !== 0)
    throw new UserError(`pip cannot install the packages of ${requirements}:\n${installed.stderr}`);
  writeFileSync(join(directory, "complete"), "");
}

/** The folders of the user's PATH, without the virtual environments that an earlier call added. */
function searchPath(): string[] {
  const environments = join(cacheDirectory(), "python") + sep;
  return (process.env.PATH ?? "").split(":").filter((folder) => folder !== "" && !folder.startsWith(environments));
}

/** The environment variables that runs need: a PATH in which Ansible comes first. */
export async function ansibleEnvironment(log: Log): Promise<{ readonly PATH: string }> {
  return { PATH: [await ensurePython("requirements.txt", log), ...searchPath()].join(":") };
}

async function pythonVersion(): Promise<string> {
  const { code, stdout } = await run("python3", ["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]);
  const version = stdout.trim();
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (code !== 0 || major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new UserError(
      `python3 ${version || "of unknown version"} is too old for Ansible: install Python ${OLDEST.join(".")} or later`,
    );
  }
  return version;
}
