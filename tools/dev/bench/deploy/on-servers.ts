import { join } from "node:path";
import { cacheDirectory } from "../../../cli/project";
import { withLock } from "../../../cli/lock";
import { ansibleStep, artifactsStep, engineStep, Step, terraformStep } from "../../../local/preparation";
import { Settings } from "../benchmark";
import { Interruption } from "../../interruption";
import { BenchProject } from "./project";

/** Preparation steps of benchmarks on local servers. */
export const SERVER_NEEDS: readonly Step[] = [terraformStep, ansibleStep, engineStep, artifactsStep];

/**
 * Measures on local servers and destroys them at the end, also after a failure or Ctrl-C. Runs one benchmark at a time on
 * this machine, because the prefix and the subnet are always the same.
 *
 * @param app path of the app that defines the stack, in the project
 */
export async function onServers<T>(
  app: string,
  { environment, log }: Settings,
  action: (project: BenchProject, interruption: Interruption) => Promise<T>,
): Promise<T> {
  return withLock(join(cacheDirectory(), "bench.lock"), log, async () => {
    const interruption = new Interruption(() => {
      log("interrupted: destroying the servers");
    });
    const project = new BenchProject(environment, interruption, app);
    try {
      return await action(project, interruption);
    } finally {
      await project.remove();
      interruption.end();
    }
  });
}
