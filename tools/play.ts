import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { attach, main, UserError } from "./common";
import { LOCAL_STACK } from "./local-stack";
import { ansibleStep, terraformStep } from "./preparation";
import { stackDirectory, stackOutputs } from "./stack-outputs";

const HELP = `npm run play <run> [-- options]: runs one playbook again on the servers of a deployed stack

  --force          also where nothing changed since it last succeeded
  --check          only say what would change
  --limit <name>   one server only
  --stack <name>   another stack than "${LOCAL_STACK}"
  -h, --help       this text

Without a run it lists those that there are.`;

/** The parts of a synthesized stack that are read here. */
interface Synthesized {
  readonly resource?: {
    readonly null_resource?: Readonly<Record<string, { readonly provisioner?: readonly Provisioner[] }>>;
  };
}
interface Provisioner {
  readonly "local-exec": { readonly command: string; readonly environment?: Readonly<Record<string, string>> };
}
interface Command {
  readonly command: string;
  readonly state: string;
  /** The name of the output that holds its inventory. */
  readonly inventory: string;
}

async function play(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
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
  const commands = runCommands(values.stack);
  const known = [...commands.keys()].sort().join(", ");
  if (run === undefined) {
    console.log(`The runs of the stack "${values.stack}": ${known}`);
    return;
  }
  const found = commands.get(run);
  if (!found || surplus.length > 0)
    throw new UserError(`"${positionals.join(" ")}" is not a run of the stack "${values.stack}": there are ${known}`);

  const environment = {
    ...(await terraformStep.ensure(() => undefined)),
    ...(await ansibleStep.ensure(console.error)),
  };
  const { [found.inventory]: inventory } = await stackOutputs(values.stack, environment);
  if (typeof inventory !== "string")
    throw new UserError(`the stack "${values.stack}" has no output "inventory": deploy it first`);
  const options = [
    ...(values.force ? ["--force"] : []),
    ...(values.check ? ["--check"] : []),
    ...(values.limit === undefined ? [] : ["--limit", values.limit]),
  ];
  process.exitCode = await attach("/bin/sh", ["-c", `${found.command} "$@"`, "sh", ...options], {
    cwd: stackDirectory(values.stack),
    environment: {
      ...environment,
      MONITORING_STATE: found.state,
      MONITORING_INVENTORY: gzipSync(inventory).toString("base64"),
    },
  });
}

/** The command of each run, as Terraform calls it. */
function runCommands(stack: string): Map<string, Command> {
  const path = join(stackDirectory(stack), "cdk.tf.json");
  if (!existsSync(path))
    throw new UserError(
      `the stack "${stack}" was not synthesized here: run "npm run up" or "npx cdktf deploy ${stack}" first`,
    );
  const { resource } = JSON.parse(readFileSync(path, "utf8")) as Synthesized;
  const commands = new Map<string, Command>();
  for (const { provisioner } of Object.values(resource?.null_resource ?? {})) {
    for (const {
      "local-exec": { command, environment },
    } of provisioner ?? []) {
      const run = /\/run\.py (\S+)/.exec(command)?.[1];
      if (run === undefined) continue;
      // A second monitoring of the stack has a folder of its own, which ends in the prefix of its outputs.
      const state = environment?.MONITORING_STATE ?? "";
      const prefix = basename(state).slice(stack.length + 1);
      commands.set(`${prefix}${run}`, { command, state, inventory: `${prefix}inventory` });
    }
  }
  return commands;
}

main(play);
