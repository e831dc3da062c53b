import { parseArgs } from "node:util";
import { main, usage } from "../common";
import { runCommands, startRuns } from "../deployed-runs";
import { ansibleEnvironment } from "../python";
import { deployedSecrets, wantedSecrets } from "../rotation";
import { LOCAL_STACK } from "../stack-outputs";

const HELP = `${usage("rotate", "[<secret>…]")}: brings secrets that changed on this machine to the servers of a deployed stack

Change the environment variable or file that holds it first. It starts the runs that use the secrets; a server where a
value is another than before gets it, and its service is told, while the others are only looked at. Nothing else is
deployed, and the next deploy repeats nothing of it. A secret is called by its name, or by its variable or file;
without one all are looked at.

  --list           only say which there are, where this machine has them, and which servers get them
  --check          only say what would change
  --stack <name>   another stack than "${LOCAL_STACK}"
  -h, --help       this text`;

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
  const secrets = wantedSecrets(deployedSecrets(commands), positionals);
  if (secrets.length === 0) console.log(`The stack "${values.stack}" uses no secrets.`);
  for (const { name, place, run, servers } of secrets)
    console.log(`${name}  from ${place}, by the run ${run}, to ${servers.join(", ") || "no servers"}`);
  if (values.list || secrets.length === 0) return;
  const environment = await ansibleEnvironment(console.error);
  const chosen = [...commands]
    .filter(([name]) => secrets.some(({ run }) => run === name))
    .map(([, command]) => command);
  process.exitCode = await startRuns(chosen, values.stack, environment, values.check ? ["--check"] : []);
}

main(rotate);
