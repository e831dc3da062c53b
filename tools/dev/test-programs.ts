import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Log } from "../cli/process";
import { cacheFolder } from "../cli/project";
import { ensurePython } from "../cli/python";
import { archiveOf } from "../local/artifacts";
import { makeWorkFolder } from "../local/files";
import { withLock } from "../cli/lock";
import { Step } from "../local/preparation";
import { unpack } from "./unpack";

/** Installs Moto, which simulates the API of EC2. */
export const motoStep: Step = {
  title: "Moto",
  ensure: async (log) => ({ MOTO_SERVER: join(await ensurePython("requirements-test.txt", log), "moto_server") }),
};

/** Installs promtool, which checks the files of Prometheus and tests its rules. */
export const promtoolStep = programStep("promtool", "prometheus");

/** Installs amtool, which checks the configuration of Alertmanager. */
export const amtoolStep = programStep("amtool", "alertmanager");

/** Installs Promtail, which tests parse log files with. */
export const promtailStep = programStep("promtail", "promtail");

/** Installs Loki, which tests evaluate log rules and queries with. */
export const lokiStep = programStep("loki", "loki");

/** Installs a program of an artifact. The variable with the program's name, such as PROMTOOL, overrides its path. */
function programStep(program: string, artifact: string): Step {
  const variable = program.toUpperCase();
  return {
    title: program,
    ensure: async (log) => ({ [variable]: process.env[variable] ?? (await ensureProgram(program, artifact, log)) }),
  };
}

/**
 * Extracts a program from the archive of an artifact into the cache.
 *
 * @returns the path of the program
 * @throws UserError if the archive is neither on this machine nor reachable
 */
async function ensureProgram(program: string, artifact: string, log: Log): Promise<string> {
  const { version, path } = await archiveOf(artifact, log);
  const folder = cacheFolder("checkers");
  const file = join(folder, `${program}-${version}`);
  if (existsSync(file)) return file;
  return withLock(join(folder, ".lock"), log, async () => {
    const work = makeWorkFolder(folder);
    try {
      await unpack(path, work, program, [`*/${program}`]);
      renameSync(join(work, program), file);
      return file;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}
