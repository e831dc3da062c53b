import { parseArgs } from "node:util";
import { main, usage, UserError } from "../common";
import { runCommands, startRuns } from "../deployed-runs";
import { ansibleEnvironment } from "../python";
import { LOCAL_STACK } from "../stack-outputs";

const HELP = `${usage("play", "<run>")}: runs one playbook again on the servers of a deployed stack

  --all            all runs, in their order, until one fails
  --force          also where nothing changed since it last succeeded
  --check          only say what would change
  --limit <name>   one server only
  --stack <name>   another stack than "${LOCAL_STACK}"
  -h, --help       this text

Without a run it lists those that there are.`;

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
  process.exitCode = await startRuns(chosen, values.stack, environment, options);
}

main(play);
