import { parseArgs } from "node:util";
import { Listr } from "listr2";
import { cdktf } from "./cdktf";
import { main } from "../cli/common";
import { ensureEngine, stopIdleEngine } from "./engine";
import { sweep, volumes } from "./containers";
import { terraformStep } from "./preparation";
import { LOCAL_STACK } from "../cli/stack-outputs";
import { progressOptions, show } from "./progress";

const HELP = `npm run down: takes the stack "${LOCAL_STACK}" down, with its data

  -- --keep-data   keeps the servers' volumes (the next "npm run up" finds them again)
  -h, --help       this text`;

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
          if (data.length > 0) task.output = `${keep ? "kept" : "removed with all data"}: ${data.join(", ")}`;
        },
      },
      {
        title: `Destroying the stack "${LOCAL_STACK}"`,
        task: async (_, task) => {
          const log = show(task);
          await cdktf(["destroy", LOCAL_STACK], environment, log);
          await sweep(environment, keep, log);
        },
      },
      {
        title: "Stopping the Docker engine, where we started it and nothing runs in it",
        task: async (_, task) => {
          await stopIdleEngine(show(task));
        },
      },
    ],
    progressOptions,
  ).run();
}

main(down);
