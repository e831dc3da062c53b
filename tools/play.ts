import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { attach, main, UserError } from "./common";
import { LOCAL_STACK } from "./local-stack";
import { ansibleStep, terraformStep } from "./preparation";
import { DeployedRun, deployedMonitorings, stackDirectory, stackOutputs } from "./stack-outputs";

const HELP = `npm run play <run> [-- options]: runs one playbook again on the servers of a deployed stack

  --all            all runs, in their order, until one fails
  --force          also where nothing changed since it last succeeded
  --check          only say what would change
  --limit <name>   one server only
  --stack <name>   another stack than "${LOCAL_STACK}"
  -h, --help       this text

Without a run it lists those that there are.`;

/** A run, and the inventory that it is handed. */
interface Command extends DeployedRun {
  readonly inventory: string;
}

async function play(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      force: { type: "boolean" },
      check: { type: "boolean" },
      limit: { type: "string" },
      stack: { type: "string", default: LOCAL_STACK },
      help: { type: "boolean", short: "h" },
    },
  });
  const [run, ...surplus] = positionals;
  if (values.help) {
    console.log(HELP);
    return;
  }
  const environment = {
    ...(await terraformStep.ensure(() => undefined)),
    ...(await ansibleStep.ensure(console.error)),
  };
  const commands = await runCommands(values.stack, environment);
  const known = [...commands.keys()].sort().join(", ");
  if (run === undefined && !values.all) {
    console.log(`The runs of the stack "${values.stack}": ${known}`);
    return;
  }
  const chosen = values.all ? [...commands.values()] : [commands.get(run ?? "")].filter((found) => found !== undefined);
  if (chosen.length === 0 || (values.all ? positionals : surplus).length > 0)
    throw new UserError(`"${positionals.join(" ")}" is not a run of the stack "${values.stack}": there are ${known}`);
  const options = [
    ...(values.force ? ["--force"] : []),
    ...(values.check ? ["--check"] : []),
    ...(values.limit === undefined ? [] : ["--limit", values.limit]),
  ];
  for (const { command, state, inventory } of chosen) {
    process.exitCode = await attach("/bin/sh", ["-c", `${command} "$@"`, "sh", ...options], {
      cwd: stackDirectory(values.stack),
      environment: {
        ...environment,
        MONITORING_STATE: state,
        MONITORING_INVENTORY: gzipSync(inventory).toString("base64"),
      },
    });
    if (process.exitCode !== 0) return;
  }
}

/** How each run is started, by its name, in their order; those of a second monitoring begin with its outputs' prefix. */
async function runCommands(
  stack: string,
  environment: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Command>> {
  const commands = new Map<string, Command>();
  for (const { prefix, inventory, runs } of deployedMonitorings(stack, await stackOutputs(stack, environment)))
    for (const run of runs) commands.set(`${prefix}${run.name}`, { ...run, inventory });
  return commands;
}

main(play);
