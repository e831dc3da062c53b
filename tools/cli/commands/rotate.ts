import { parseArgs } from "node:util";
import { main, usage } from "../command";
import { runCommands, startRuns } from "../deployed-runs";
import { ansibleEnvironment } from "../python";
import { deployedSecrets, selectSecrets } from "../rotation";
import { LOCAL_STACK } from "../stack-outputs";

const HELP = `Usage: ${usage("rotate", "[<secret>…]")}

Installs changed secrets on the servers of a deployed stack. Change the environment variable or file first.

Starts the runs that use the secrets. A server whose value changed gets the new value, and its service reloads or
restarts. Other servers do not change, and nothing else is deployed. Select a secret by its name, environment variable
or file. Without <secret>, all secrets are checked.

  --list           list the secrets, their sources on this machine and their servers
  --check          print what would change, and change nothing
  --stack <name>   stack to use (default: ${LOCAL_STACK})
  -h, --help       print this help`;

async function rotate(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: "boolean" },
      check: { type: "boolean" },
      stack: { type: "string", default: LOCAL_STACK },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const commands = await runCommands(values.stack);
  const secrets = selectSecrets(deployedSecrets(commands), positionals);
  if (secrets.length === 0) console.log(`The stack "${values.stack}" uses no secrets.`);
  for (const { name, source, run, servers } of secrets)
    console.log(`${name}  from ${source}, by the run ${run}, to ${servers.join(", ") || "no servers"}`);
  if (values.list || secrets.length === 0) return;
  const environment = await ansibleEnvironment(console.error);
  const chosen = [...commands]
    .filter(([name]) => secrets.some(({ run }) => run === name))
    .map(([, command]) => command);
  process.exitCode = await startRuns(chosen, values.stack, environment, values.check ? ["--check"] : []);
}

main(rotate);
