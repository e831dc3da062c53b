import { Artifacts } from "../../../lib/artifacts";
import { engineStep } from "../../local/preparation";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { BareProject } from "./deploy/bare";
import { onServers, SERVER_NEEDS } from "./deploy/on-servers";
import { round } from "./deploy/round";
import { Recorder } from "./recorder";

/** How long a user waits: for servers with their monitoring, for nothing to change, for one server more. */
export const deploy: Benchmark = {
  name: "deploy",
  title: 'npm run up and down of the stack "local", with a filled cache',
  repeat: 3,
  needs: SERVER_NEEDS,
  run: measureRounds,
};

async function measureRounds(settings: Settings): Promise<Outcome> {
  const { repeat, environment, log } = settings;
  const record = new Recorder();
  await onServers("tools/dev/bench/deploy/app.ts", settings, async (project, interruption) => {
    const bare = new BareProject(environment, interruption);
    try {
      for (let number = 1; number <= repeat; number += 1) {
        // The last "down" stopped the engine where it was ours.
        await engineStep.ensure(log);
        await round(project, bare, record, (line) => {
          log(`round ${number} of ${repeat}: ${line}`);
        });
      }
    } finally {
      bare.remove();
    }
  });
  const { channel } = Artifacts.fromEnvironment({ ...process.env, ...environment });
  return {
    figures: record.figures,
    notes: [
      `Archives come from the channel "${channel}".`,
      "Steps and runs that overlap count each. Runs are what each playbook took by its result.json.",
      "Processor time is that of the command and what it waited for, not that of the servers (containers on the same",
      "machine, which share its processors) nor of the Docker engine.",
    ],
  };
}
