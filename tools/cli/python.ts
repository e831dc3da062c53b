import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../lib/paths";
import { cacheDirectory, Log, run, UserError } from "./common";

/** The oldest Python that ansible-core 2.19 runs on (docs.ansible.com, ansible-core support matrix). */
const OLDEST = [3, 11] as const;

/**
 * Makes a Python environment with what a requirements file lists, or finds the one that was made before.
 *
 * @param requirements the file's name in this package, such as `requirements.txt`
 * @returns the folder of its programs, to be put first in PATH
 */
export async function ensurePython(requirements: string, log: Log): Promise<string> {
  const version = await pythonVersion();
  const files = ["requirements.txt", requirements].map((name) => readFileSync(join(packageRoot, name)));
  const key = files
    .reduce((hash, bytes) => hash.update(bytes), createHash("sha256").update(version))
    .digest("hex")
    .slice(0, 16);
  const directory = join(cacheDirectory(), "python", key);
  const bin = join(directory, "bin");
  const complete = join(directory, "complete");
  if (existsSync(complete)) return bin;

  log(`a Python environment with what ${requirements} lists (once)`);
  rmSync(directory, { recursive: true, force: true });
  await mkdir(join(cacheDirectory(), "python"), { recursive: true });
  const made = await run("python3", ["-m", "venv", directory]);
  if (made.code !== 0) {
    throw new UserError(
      `python3 cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv\n${made.stderr || made.stdout}`,
    );
  }
  const installed = await run(
    join(bin, "pip"),
    ["install", "--quiet", "--disable-pip-version-check", "--requirement", join(packageRoot, requirements)],
    { log },
  );
  if (installed.code !== 0)
    throw new UserError(`pip could not install what ${requirements} lists:\n${installed.stderr}`);
  writeFileSync(complete, "");
  return bin;
}

/** What the runs need on this machine, as an environment: Ansible, first in PATH. */
export async function ansibleEnvironment(log: Log): Promise<{ readonly PATH: string }> {
  return { PATH: `${await ensurePython("requirements.txt", log)}:${process.env.PATH ?? ""}` };
}

async function pythonVersion(): Promise<string> {
  const { code, stdout } = await run("python3", ["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]);
  const version = stdout.trim();
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (code !== 0 || major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new UserError(
      `Ansible needs Python ${OLDEST.join(".")} or later as python3, found ${version === "" ? "none" : version}`,
    );
  }
  return version;
}
