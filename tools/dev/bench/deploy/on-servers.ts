import { join } from "node:path";
import { cacheDirectory, withLock } from "../../../cli/common";
import { ansibleStep, artifactsStep, engineStep, Step, terraformStep } from "../../../local/preparation";
import { Settings } from "../benchmark";
import { Interruption } from "../interruption";
import { BenchProject } from "./project";

/** What a benchmark on servers needs: the cache is filled and the engine runs, neither is measured. */
export const SERVER_NEEDS: readonly Step[] = [terraformStep, ansibleStep, engineStep, artifactsStep];

/**
 * Measures something on local servers, and takes them down in the end, also after a failure or Ctrl-C. One at a time on
 * this machine: the name and the subnet are always the same.
 *
 * @param app the program that makes the stack, by its path in the project
 */
export async function onServers<T>(
  app: string,
  { environment, log }: Settings,
  action: (project: BenchProject, interruption: Interruption) => Promise<T>,
): Promise<T> {
  return withLock(join(cacheDirectory(), "bench.lock"), log, async () => {
    const interruption = new Interruption(() => {
      log("interrupted: taking down what was made");
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
