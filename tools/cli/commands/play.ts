import { parseArgs } from "node:util";
import { main, usage } from "../command";
import { runCommands, startRuns } from "../deployed-runs";
import { ansibleEnvironment } from "../python";
import { LOCAL_STACK } from "../stack-outputs";
import { UserError } from "../user-error";

const HELP = `Usage: ${usage("play", "<run>")}

Runs a playbook again on the servers of a deployed stack. Without <run>, lists the runs of the stack.

  --all            start all runs in the order of a deploy, until one fails
  --force          also apply to servers where nothing changed since the last success
  --check          print what would change, and change nothing
  --limit <name>   apply to one server only
  --stack <name>   stack to use (default: ${LOCAL_STACK})
  -h, --help       print this help`;

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
  const environment = await ansibleEnvironment(console.error);
  const commands = await runCommands(values.stack);
  const known = [...commands.keys()].sort().join(", ");
  if (run === undefined && !values.all) {
    console.log(`Runs of the stack "${values.stack}": ${known}`);
    return;
  }
  const chosen = values.all ? [...commands.values()] : [commands.get(run ?? "")].filter((found) => found !== undefined);
  if (chosen.length === 0 || (values.all ? positionals : surplus).length > 0)
    throw new UserError(`unknown run "${positionals.join(" ")}": the stack "${values.stack}" has ${known}`);
  const options = [
    ...(values.force ? ["--force"] : []),
    ...(values.check ? ["--check"] : []),
    ...(values.limit === undefined ? [] : ["--limit", values.limit]),
  ];
  process.exitCode = await startRuns(chosen, values.stack, environment, options);
}

main(play);
