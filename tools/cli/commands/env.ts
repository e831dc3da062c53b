import { parseArgs } from "node:util";
import { main, usage } from "../common";
import { ansibleEnvironment } from "../python";

const HELP = `${usage("env")}: makes a Python environment with Ansible (once), and prints what a shell needs to find it

  eval "$(npx cdktf-monitoring env)" && npx cdktf deploy

  -h, --help   this text`;

async function env(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { PATH } = await ansibleEnvironment(console.error);
  console.log(`export PATH='${PATH.replaceAll("'", "'\\''")}'`);
}

main(env);
