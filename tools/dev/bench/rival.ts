import { join } from "node:path";
import { privateDirectory, projectRoot } from "../../cli/project";
import { run } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { engineStep } from "../../local/preparation";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { onServers, SERVER_NEEDS } from "./deploy/on-servers";
import { BenchProject } from "./deploy/project";
import { Measured } from "./measure";
import { Recorder } from "./recorder";
import { Host, Release, requireCollection, RivalProject } from "./rival/collection";
import { Mirror } from "./rival/mirror";

/** Upper limit for our time on new servers, as a fraction of the collection's time. */
const GOAL = 0.2;
const BOTH = "node exporters on 2 servers, Prometheus and Alertmanager";

/** Compares a deploy with the best-known collection of Ansible roles, on servers that exist already. */
export const rival: Benchmark = {
  name: "rival",
  title: `${BOTH}, by the collection prometheus.prometheus and by this project`,
  repeat: 2,
  takesRival: true,
  needs: SERVER_NEEDS,
  run: compare,
};

/** The parts of an inventory that are read here. */
interface Inventory {
  readonly all: {
    readonly hosts: Readonly<Record<string, Host>>;
    readonly children: Readonly<
      Record<string, { readonly vars?: { readonly monitoring_artifacts?: readonly object[] } }>
    >;
  };
}

async function compare(settings: Settings): Promise<Outcome> {
  const { repeat, rival: collections = "", environment, log } = settings;
  requireCollection(collections);
  const record = new Recorder();
  await onServers("tools/dev/bench/deploy/small-app.ts", settings, async (servers, interruption) => {
    const theirs = new RivalProject(join(privateDirectory, "bench", "rival"), collections, environment, interruption);
    try {
      for (let number = 1; number <= repeat; number += 1) {
        const turns = [() => ourTurn(servers, record), () => theirTurn(servers, theirs, environment, record)];
        // The order alternates between rounds, because the second candidate benefits from the caches of the machine.
        for (const turn of number % 2 === 1 ? turns : turns.reverse()) {
          log(`round ${number} of ${repeat}`);
          await engineStep.ensure(log);
          await freshServers(servers);
          await turn();
          await servers.npm("down");
        }
      }
    } finally {
      theirs.remove();
    }
  });
  return { figures: [...record.figures, ...record.ratios("ours", "theirs", { fresh: GOAL })], notes: NOTES };
}

const NOTES = [
  `Both install ${BOTH} on existing servers, from archives on this machine.`,
  "Ours is a complete cdktf deploy, including firewalls, alert rules and the cleanup of removed components.",
  "Theirs is ansible-playbook alone, with pipelining and ten forks.",
];

/** Creates servers without components, the same for both. */
async function freshServers(project: BenchProject): Promise<void> {
  await project.create();
  project.set("PROVISION", "false");
  await project.cdktf();
}

async function ourTurn(project: BenchProject, record: Recorder): Promise<void> {
  project.set("PROVISION", "true");
  add(record, "ours, fresh", await project.cdktf());
  const before = project.runs.map(({ started }) => started);
  add(record, "ours, unchanged", await project.cdktf());
  const again = project.runs.filter(({ started }) => !before.includes(started));
  record.add("ours, unchanged: playbooks run", "", again.length, 0);
}

async function theirTurn(
  servers: BenchProject,
  theirs: RivalProject,
  environment: Readonly<Record<string, string>>,
  record: Recorder,
): Promise<void> {
  const { all } = JSON.parse(servers.inventory) as Inventory;
  const requests = Object.values(all.children).flatMap(({ vars }) => vars?.monitoring_artifacts ?? []);
  const releases = await archives(requests, environment);
  const mirror = new Mirror(releases);
  try {
    theirs.create(all.hosts, releases, await mirror.listen());
    add(record, "theirs, fresh", await theirs.run());
    add(record, "theirs, unchanged", await theirs.run());
  } finally {
    mirror.close();
  }
}

/** The archives of the inventory, from the cache. */
async function archives(
  requests: readonly object[],
  environment: Readonly<Record<string, string>>,
): Promise<readonly Release[]> {
  const { code, stdout, stderr } = await run(
    "python3",
    [join(projectRoot, "playbooks", "artifacts.py"), "ensure", "-"],
    { input: JSON.stringify(requests), environment },
  );
  if (code !== 0) throw new UserError(stderr.trim());
  return JSON.parse(stdout) as Release[];
}

function add(record: Recorder, name: string, { seconds, cpu }: Measured): void {
  record.add(name, "s", seconds);
  record.add(`${name}: CPU time`, "s", cpu);
}
