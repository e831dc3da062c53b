import { Artifacts } from "../../../lib/artifacts";
import { engineStep } from "../../local/preparation";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { BareProject } from "./deploy/bare";
import { onServers, SERVER_NEEDS } from "./deploy/on-servers";
import { round } from "./deploy/round";
import { Recorder } from "./recorder";

/** Measures how long deploys take: from nothing, without changes, and with one more server. */
export const deploy: Benchmark = {
  name: "deploy",
  title: 'npm run up and npm run down of the stack "local", with a filled cache',
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
        // The previous "down" stopped the engine if "up" had started it.
        await engineStep.ensure(log);
        await round(project, bare, record, (line) => {
          log(`round ${number} of ${repeat}: ${line}`);
        });
      }
    } finally {
      bare.remove();
    }
  });
  const { _channel } = Artifacts.fromEnvironment({ ...process.env, ...environment });
  return {
    figures: record.figures,
    notes: [
      `Archives come from the channel "${_channel}".`,
      "Steps and runs that overlap are counted separately. The duration of a run comes from its result.json.",
      "CPU time includes the command and the processes that it waited for, but neither the Docker engine nor the servers,",
      "which are containers on the same machine and share its CPUs.",
    ],
  };
}
