import { parseArgs } from "node:util";
import { FRAMEWORK, main, PROGRAM, usage } from "../command";
import { exportCommands } from "../export-commands";
import { ansibleEnvironment } from "../python";

const HELP = `Usage: ${usage("env")}

Prints the environment variables that ${FRAMEWORK} deploy needs, as shell commands. The first call installs Ansible into a
Python virtual environment.

  eval "$(${PROGRAM} env)" && npx ${FRAMEWORK} deploy

  -h, --help   print this help`;

async function env(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  console.log(exportCommands(await ansibleEnvironment(console.error)).trimEnd());
}

main(env);
