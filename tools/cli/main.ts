#!/usr/bin/env node
import { FRAMEWORK, main, PROGRAM } from "./command";
import { UserError } from "./user-error";

/** The commands of the installed package. Each module runs its command when it is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<unknown>>> = {
  init: () => import("./commands/init.js"),
  env: () => import("./commands/env.js"),
  verify: () => import("./commands/verify.js"),
  access: () => import("./commands/access.js"),
  play: () => import("./commands/play.js"),
  rotate: () => import("./commands/rotate.js"),
};

const HELP = `Usage: ${PROGRAM} <command> [options]

All commands except init run in the folder of cdktf.json:

  init     write a new project
  env      print the environment variables that ${FRAMEWORK} deploy needs
  verify   check a deployed stack: firewalls, scrape targets, alerts, logs, dashboards
  access   print the allowed connections of a stack
  play     run a playbook again on the servers of a deployed stack
  rotate   install changed secrets on the servers of a deployed stack, or replace its certificates

"${PROGRAM} <command> --help" lists the options of a command.`;

async function cli(): Promise<void> {
  const [name = "--help"] = process.argv.splice(2, 1);
  if (name === "--help" || name === "-h") {
    console.log(HELP);
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UserError(`unknown command "${name}": use ${Object.keys(COMMANDS).join(", ")}`);
  await command();
}

main(cli);
