import { parseArgs } from "node:util";
import { Listr } from "listr2";
import { main, usage } from "../cli/command";
import { LOCAL_STACK } from "../cli/stack-outputs";
import { cdktf } from "./cdktf";
import { ensureEngine, stopIdleEngine } from "./engine";
import { terraformStep } from "./preparation";
import { progressOptions, show } from "./progress";
import { removeLeftovers, volumes } from "./stack-containers";

const HELP = `Usage: ${usage("down")}

Removes the stack "${LOCAL_STACK}" and its data.

  --keep-data   keep the volumes of the servers for the next "npm run up"
  -h, --help    print this help`;

async function down(): Promise<void> {
  const { values } = parseArgs({
    options: { help: { type: "boolean", short: "h" }, "keep-data": { type: "boolean" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const keep = values["keep-data"] ?? false;
  const environment: Record<string, string> = keep ? { LOCAL_KEEP_DATA: "1" } : {};
  await new Listr(
    [
      {
        title: "Finding Terraform and the Docker engine",
        task: async (_, task) => {
          const log = show(task);
          Object.assign(environment, await terraformStep.ensure(log));
          const { dockerHost } = await ensureEngine(log);
          if (dockerHost !== undefined) environment.DOCKER_HOST = dockerHost;
          const data = await volumes(environment);
          if (data.length > 0) log(`volumes that are ${keep ? "kept" : "removed"}: ${data.join(", ")}`);
        },
      },
      {
        title: `Destroying the stack "${LOCAL_STACK}"`,
        task: async (_, task) => {
          const log = show(task);
          await cdktf(["destroy", LOCAL_STACK], environment, log);
          await removeLeftovers(environment, keep, log);
        },
      },
      {
        title: "Stopping the Docker engine if npm run up started it and nothing else uses it",
        task: async (_, task) => {
          await stopIdleEngine(show(task));
        },
      },
    ],
    progressOptions,
  ).run();
}

main(down);
