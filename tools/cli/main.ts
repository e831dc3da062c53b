#!/usr/bin/env node
import { main, UserError } from "./common";

/** What is there to be used where this package is installed. Each is a program of its own, which runs when it is loaded. */
const TOOLS: Readonly<Record<string, () => Promise<unknown>>> = {
  env: () => import("./commands/env.js"),
  verify: () => import("./commands/verify.js"),
  access: () => import("./commands/access.js"),
  play: () => import("./commands/play.js"),
  rotate: () => import("./commands/rotate.js"),
};

const HELP = `npx cdktf-monitoring <tool> [options]: what a person runs besides cdktf, in the folder of cdktf.json

  env      a Python environment with Ansible, for a shell that runs cdktf deploy
  verify   measures on a deployed stack whether all that it promises is so
  access   who may reach what in a stack, and why, as the code says it now
  play     runs one playbook again on the servers of a deployed stack
  rotate   brings secrets that changed on this machine to the servers

Each tells its options by --help.`;

async function cli(): Promise<void> {
  const [name = "--help"] = process.argv.splice(2, 1);
  if (name === "--help" || name === "-h") {
    console.log(HELP);
    return;
  }
  const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (!tool) throw new UserError(`"${name}" is no tool: there are ${Object.keys(TOOLS).join(", ")}`);
  await tool();
}

main(cli);
