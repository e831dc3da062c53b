import { parseArgs } from "node:util";
import { Commands } from "../../../lib/verify/failures";
import { SAMPLE } from "../../../lib/verify/plan";
import { conclusion, makeReport, Report, reportLines, Status, statusOf } from "../../../lib/verify/report";
import { main, toolCommand, usage } from "../command";
import { lastDrill } from "../last-drill";
import { ansibleEnvironment } from "../python";
import { deployedMonitorings, LOCAL_STACK, stackDirectory, stackOutputs } from "../stack-outputs";
import { UserError } from "../user-error";
import { measure } from "../verify/measure";

const HELP = `Usage: ${usage("verify")}

Checks firewalls, scrape targets, alert delivery, logs and dashboards of a deployed stack. Changes nothing on the servers.
The receivers get a test alert. Services that listen on a UDP port get a few datagrams, which they may log.

  --sample <n>     number of servers that probe the others, in addition to the monitoring servers (default: ${SAMPLE})
  --no-alert       send no test alert
  --json           print all results as JSON
  --stack <name>   stack to use (default: ${LOCAL_STACK})
  -h, --help       print this help

Exit status: 0 if all checks passed, 1 if a check failed, 2 if no check failed but not everything could be measured.`;

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
  if (!/^\d+$/.test(values.sample))
    throw new UserError(`--sample "${values.sample}" is not a number of servers: use for example --sample ${SAMPLE}`);
  const environment = await ansibleEnvironment(console.error);
  const outputs = await stackOutputs(values.stack);
  const drill = lastDrill(values.stack);
  const reports = new Map<string, Report>();
  for (const deployed of deployedMonitorings(values.stack, outputs)) {
    const { prefix } = deployed;
    const options = { sample: Number(values.sample), alert: !values["no-alert"] };
    const measurement = await measure(stackDirectory(values.stack), deployed, options, environment);
    const surplusRules = readSurplusRules(outputs[`${prefix}surplus_rules`]);
    const commands = commandsFor(values.stack, prefix, measurement.fleet.kinds);
    reports.set(prefix, makeReport({ ...measurement, surplusRules, drill }, commands));
  }
  const status = statusOf([...reports.values()]);
  if (values.json) console.log(JSON.stringify({ status, monitorings: Object.fromEntries(reports) }, undefined, 2));
  else print(reports);
  process.exitCode = status;
}

function commandsFor(stack: string, prefix: string, kinds: readonly string[]): Commands {
  return {
    kinds,
    rotate: toolCommand("rotate"),
    play: (name, server, force = false) => {
      const stackOption = stack === LOCAL_STACK ? "" : ` --stack ${stack}`;
      return toolCommand("play", `${prefix}${name}`, `--limit ${server}${force ? " --force" : ""}${stackOption}`);
    },
  };
}

/** The cloud firewall's surplus rules in a stack output; undefined if the stack has no such output. */
function readSurplusRules(output: unknown): string[] | undefined {
  return typeof output === "string" ? (JSON.parse(output) as string[]) : undefined;
}

function print(reports: ReadonlyMap<string, Report>): void {
  for (const [prefix, report] of reports) {
    if (reports.size > 1)
      console.log(
        `\n${prefix === "" ? "Monitoring without output prefix" : `Monitoring with output prefix ${prefix}`}\n`,
      );
    console.log(reportLines(report).join("\n"));
  }
  console.log(`\n${conclusion([...reports.values()])}`);
}

// Not exit status 1, because an error of the command itself is not a failed check.
main(verify, Status.NOT_MEASURED);
