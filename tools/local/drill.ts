import { Listr } from "listr2";
import { parseArgs } from "node:util";
import { REBUILD_LIMIT } from "../../lib/verify/checks/reboot";
import { main, usage } from "../cli/command";
import { attach, type Log } from "../cli/process";
import { projectRoot } from "../cli/project";
import { RunResult } from "../cli/run-results";
import { LOCAL_STACK } from "../cli/stack-outputs";
import { UserError } from "../cli/user-error";
import { cdktf } from "./cdktf";
import { DrillRecord, runResults, writeRecord } from "./drill/record";
import { deployPhases, Phase, slowestTasks, timelineTable } from "./drill/timeline";
import { describeMachine } from "./machine";
import { writeEnvironment } from "./environment-file";
import { ansibleStep, localSteps, terraformStep } from "./preparation";
import { Context, preparing, progressOptions, show } from "./progress";
import { removeLeftovers } from "./stack-containers";
import { TimedLine } from "./timed-line";

const HELP = `Usage: ${usage("drill")}

Destroys a stack with all its data, deploys it again, verifies it, and prints the duration of each part.

  --stack <name>  stack to use (default: ${LOCAL_STACK}); any other stack needs --yes
  --yes           confirm that all data of the stack is deleted
  --limit <s>     fail if destroy, deploy and verify take longer than <s> seconds (default: ${REBUILD_LIMIT})
  --tasks <n>     also print the <n> slowest tasks
  -h, --help      print this help

Writes the measurements to .cdktf-monitoring/drills. Exits with 1 if a check failed or the limit was exceeded.`;

interface Drill extends Context {
  readonly phases: Phase[];
  runs: readonly RunResult[];
}

async function drill(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: LOCAL_STACK },
      yes: { type: "boolean", default: false },
      limit: { type: "string", default: `${REBUILD_LIMIT}` },
      tasks: { type: "string", default: "0" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { stack } = values;
  const [limit, tasks] = [wholeNumber("limit", values.limit), wholeNumber("tasks", values.tasks)];
  if (stack !== LOCAL_STACK && !values.yes)
    throw new UserError(`a drill deletes all data of the stack "${stack}": add --yes to confirm`);

  const clock = new Clock();
  const context: Drill = { environment: {}, phases: [], runs: [] };
  await rebuild(stack, context, clock);
  const rebuilt = clock.now();
  const destroyed = context.phases[0]?.to ?? 0;
  const all = context.runs.flatMap((result) => result.tasks.map((task) => ({ run: result.run, ...task })));
  const record: DrillRecord = {
    format: 1,
    date: new Date(clock.zero * 1000).toISOString(),
    stack,
    machine: await describeMachine(context.environment),
    seconds: { destroy: destroyed, rebuild: rebuilt - destroyed, verify: 0 },
    verified: false,
    phases: context.phases,
    tasks: all,
  };
  // Written before "verify" runs, because "verify" reports the last drill.
  writeRecord(record);
  const verifyStart = clock.now();
  const code = await attach("npm", ["run", "--silent", "verify", "--", "--stack", stack], { cwd: projectRoot });
  // `rebuilt` excludes the time that describeMachine took.
  const total = rebuilt + clock.now() - verifyStart;
  context.phases.push({ name: "verify", from: rebuilt, to: total, note: "npm run verify" });

  console.log(`\n${timelineTable(context.phases)}`);
  if (tasks > 0) console.log(`\n${slowestTasks(all, tasks)}`);
  const seconds = { ...record.seconds, verify: total - rebuilt };
  const [destroy, deploy, verify] = Object.values(seconds).map((each) => each.toFixed(1));
  console.log(
    `\nDestroyed in ${destroy} s, deployed in ${deploy} s, verified in ${verify} s; total ${total.toFixed(1)} s, limit ${limit} s`,
  );
  const file = writeRecord({ ...record, seconds, verified: code === 0 });
  console.log(`Measurements: ${file}`);
  if (code !== 0) throw new UserError(`the stack "${stack}" was deployed again, but checks failed (see above)`);
  if (total > limit) throw new UserError(`the drill took longer than the limit of ${limit} s`);
}

/** Counts the seconds since the start of a drill. */
class Clock {
  /** Start of the drill, in seconds since 1970. */
  public zero = Date.now() / 1000;

  public start(): void {
    this.zero = Date.now() / 1000;
  }

  public now(): number {
    return Date.now() / 1000 - this.zero;
  }
}

/** Destroys a stack and deploys it again. The clock starts after the preparation of this machine. */
async function rebuild(stack: string, context: Drill, clock: Clock): Promise<void> {
  const local = stack === LOCAL_STACK;
  const { phases, environment } = context;
  await new Listr<Drill, "default", "verbose">(
    [
      preparing(local ? localSteps : [terraformStep, ansibleStep]),
      {
        title: `Destroying the stack "${stack}"`,
        task: async (_, task) => {
          clock.start();
          await cdktf(["destroy", stack], environment, show(task));
          if (local) await removeLeftovers(environment, false, show(task));
          phases.push({ name: "destroy", from: 0, to: clock.now(), note: "with all data" });
        },
      },
      {
        title: `Deploying the stack "${stack}"`,
        task: async (_, task) => {
          const start = clock.now();
          const lines: TimedLine[] = [];
          await cdktf(["deploy", stack], environment, recorded(show(task), lines, clock));
          context.runs = await runResults(stack, environment);
          phases.push(...deployPhases(lines, context.runs, start, clock.zero));
        },
      },
    ],
    { ctx: context, ...progressOptions },
  ).run();
  if (local) writeEnvironment(environment);
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UserError(`--${option}: "${text}" is not a whole number`);
  return Number(text);
}

/** A log that also records each line with its time. */
function recorded(log: Log, lines: TimedLine[], clock: Clock): Log {
  return (text) => {
    lines.push({ at: clock.now(), text });
    log(text);
  };
}

main(drill);
