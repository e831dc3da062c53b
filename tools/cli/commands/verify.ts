import { parseArgs } from "node:util";
import { SAMPLE } from "../../../lib/verify/plan";
import { Commands } from "../../../lib/verify/remedy";
import { makeReport, Report, reportLines, Status, statusOf } from "../../../lib/verify/report";
import { lastDrill } from "../drill-record";
import { main, toolCommand, usage, UserError } from "../common";
import { ansibleEnvironment } from "../python";
import { deployedMonitorings, LOCAL_STACK, stackDirectory, stackOutputs } from "../stack-outputs";
import { measure } from "../verify/measure";

const HELP = `${usage("verify")}: measures on a deployed stack whether all that it promises is so: who reaches which port,
whether targets are up and alerts arrive

  --stack <name>   another stack than "${LOCAL_STACK}"
  --sample <n>     from how many servers it is tried, beside those that monitor (${SAMPLE})
  --no-alert       send no test alert to the receivers
  --json           all that was measured, for programs
  -h, --help       this text

Changes nothing on the servers. The receivers get a test alert, and what listens on a port of UDP some datagrams, which it
may log.
Exits with 1 when anything differs, with 2 when not all could be measured.`;

async function verify(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: LOCAL_STACK },
      sample: { type: "string", default: `${SAMPLE}` },
      "no-alert": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (!/^\d+$/.test(values.sample)) throw new UserError(`--sample: "${values.sample}" is not a number of servers`);
  const environment = await ansibleEnvironment(console.error);
  const outputs = await stackOutputs(values.stack);
  const drill = lastDrill(values.stack);
  const reports = new Map<string, Report>();
  for (const deployed of deployedMonitorings(values.stack, outputs)) {
    const measured = await measure(
      stackDirectory(values.stack),
      deployed,
      { sample: Number(values.sample), alert: !values["no-alert"] },
      environment,
    );
    const surplus = surplusRules(outputs[`${deployed.prefix}surplus_rules`]);
    const commands = commandsOf(values.stack, deployed.prefix, measured.fleet.kinds);
    reports.set(deployed.prefix, makeReport({ ...measured, surplus, drill }, commands));
  }
  const status = statusOf([...reports.values()]);
  if (values.json) console.log(JSON.stringify({ status, monitorings: Object.fromEntries(reports) }, undefined, 2));
  else print(reports, status);
  process.exitCode = status;
}

function commandsOf(stack: string, prefix: string, kinds: readonly string[]): Commands {
  return {
    kinds,
    rotate: toolCommand("rotate"),
    play: (name, server, force = false) => {
      const where = stack === LOCAL_STACK ? "" : ` --stack ${stack}`;
      return toolCommand("play", `${prefix}${name}`, `--limit ${server}${force ? " --force" : ""}${where}`);
    },
  };
}

/** Rules of the cloud's firewall that are not of our making, as an output tells them; undefined where there is none. */
function surplusRules(output: unknown): string[] | undefined {
  return typeof output === "string" ? (JSON.parse(output) as string[]) : undefined;
}

function print(reports: ReadonlyMap<string, Report>, status: Status): void {
  for (const [prefix, report] of reports) {
    if (reports.size > 1)
      console.log(`\n${prefix === "" ? "The monitoring" : `The monitoring with the prefix ${prefix}`}`);
    console.log(reportLines(report).join("\n"));
  }
  const words = {
    [Status.FINE]: "All is as it should be.",
    [Status.DIFFERS]: "Not all is as it should be.",
    [Status.NOT_MEASURED]: "Nothing differs, but not all could be measured.",
  };
  console.log(`\n${words[status]}`);
}

// That it could not be measured must not look like a difference.
main(verify, Status.NOT_MEASURED);
