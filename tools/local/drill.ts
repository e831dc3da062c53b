import { Listr } from "listr2";
import { parseArgs } from "node:util";
import { REBUILD_LIMIT } from "../../lib/verify/criteria/comeback";
import { describeMachine } from "../dev/bench/machine";
import { cdktf } from "./cdktf";
import { attach, Log, main, projectRoot, UserError } from "../cli/common";
import { DrillRecord, keepRecord, runResults } from "../cli/drill-record";
import { deployPhases, Phase, slowest, timelineTable } from "./drill/timeline";
import { Line } from "./lines";
import { RunResult } from "../cli/run-results";
import { sweep } from "./containers";
import { ansibleStep, localSteps, terraformStep, writeEnvironment } from "./preparation";
import { LOCAL_STACK } from "../cli/stack-outputs";
import { Context, preparing, progressOptions, show } from "./progress";

const HELP = `npm run drill [-- options]: destroys a stack with all its data, rebuilds and verifies it, and says what took how long

  --stack <name>  another stack than "${LOCAL_STACK}"; its loss must be agreed to by --yes
  --yes           yes, all data of that stack may go
  --limit <s>     fails when destroying, rebuilding and verifying take longer than this (${REBUILD_LIMIT} seconds)
  --tasks <n>     also the n tasks that took longest
  -h, --help      this text

What was measured is kept in .cdktf-monitoring/drills. Exits with 1 when the stack is not as it should be, or not in time.`;

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
  const [limit, tasks] = [number("limit", values.limit), number("tasks", values.tasks)];
  if (stack !== LOCAL_STACK && !values.yes)
    throw new UserError(`the drill destroys the stack "${stack}" with all its data: say --yes if that is meant`);

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
  // Before verify, which judges the last drill: that is this one.
  keepRecord(record);
  const begun = clock.now();
  const code = await attach("npm", ["run", "--silent", "verify", "--", "--stack", stack], { cwd: projectRoot });
  // Without the time that it took to describe the machine.
  const total = rebuilt + clock.now() - begun;
  context.phases.push({ name: "verify", from: rebuilt, to: total, note: "npm run verify" });

  console.log(`\n${timelineTable(context.phases)}`);
  if (tasks > 0) console.log(`\n${slowest(all, tasks)}`);
  const seconds = { ...record.seconds, verify: total - rebuilt };
  const [destroy, again, verified] = Object.values(seconds).map((each) => each.toFixed(1));
  console.log(
    `\nDestroyed in ${destroy} s, rebuilt in ${again} s, verified in ${verified} s: ${total.toFixed(1)} s of at most ${limit} s`,
  );
  const file = keepRecord({ ...record, seconds, verified: code === 0 });
  console.log(`All that was measured: ${file}`);
  if (code !== 0) throw new UserError("rebuilt, but not all is as it should be: see above");
  if (total > limit) throw new UserError(`it took longer than the ${limit} s that it may take`);
}

/** Counts seconds from the beginning of a drill. */
class Clock {
  /** When that was, in seconds since 1970. */
  public zero = Date.now() / 1000;

  public start(): void {
    this.zero = Date.now() / 1000;
  }

  public now(): number {
    return Date.now() / 1000 - this.zero;
  }
}

/** Destroys a stack and deploys it again; the preparation of this machine is not measured. */
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
          if (local) await sweep(environment, false, show(task));
          phases.push({ name: "destroy", from: 0, to: clock.now(), note: "with all data" });
        },
      },
      {
        title: `Deploying the stack "${stack}"`,
        task: async (_, task) => {
          const begun = clock.now();
          const lines: Line[] = [];
          await cdktf(["deploy", stack], environment, recorded(show(task), lines, clock));
          context.runs = await runResults(stack, environment);
          phases.push(...deployPhases(lines, context.runs, begun, clock.zero));
        },
      },
    ],
    { ctx: context, ...progressOptions },
  ).run();
  if (local) writeEnvironment(environment);
}

function number(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UserError(`--${option}: "${text}" is not a whole number`);
  return Number(text);
}

/** Hands lines on, and notes when they came. */
function recorded(log: Log, lines: Line[], clock: Clock): Log {
  return (text) => {
    lines.push({ at: clock.now(), text });
    log(text);
  };
}

main(drill);
