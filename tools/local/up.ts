import { parseArgs } from "node:util";
import { Listr } from "listr2";
import { shellQuote } from "../../lib/shell";
import type { Log } from "../cli/process";
import { main, usage } from "../cli/command";
import { findDrift, repeatRuns, ServerDrift } from "../cli/drift";
import { Deployed, deployedMonitorings, LOCAL_STACK, stackOutputs } from "../cli/stack-outputs";
import { UserError } from "../cli/user-error";
import { requireTerminalModule } from "./terminal-module";
import { cdktf } from "./cdktf";
import { deploySettings, writeEnvironment } from "./environment-file";
import { localSteps } from "./preparation";
import { Context, preparing, progressOptions, show } from "./progress";
import { repairContainers } from "./stack-containers";

const HELP = `Usage: ${usage("up")}

Prepares this machine and deploys the stack "${LOCAL_STACK}".

Prepares Terraform and its providers, a Python virtual environment with Ansible, a Docker engine, the server image and
the release archives. Starts stopped containers. Then runs "cdktf deploy ${LOCAL_STACK}". If neither the code nor
the servers changed since the last deploy, the servers do not change. "npm run down" removes the stack.

  -h, --help   print this help`;

/** The outputs that the summary prints if the stack has them, with their labels. */
const ADDRESSES = {
  grafana_url: "Grafana        ",
  grafana_password_command: "  admin password: ",
  prometheus_url: "Prometheus     ",
  alertmanager_url: "Alertmanager   ",
  technician_password_command: "  password of the user technician, for Prometheus, Alertmanager and Loki: ",
};

interface Up extends Context {
  /** Resource addresses that the deploy must replace. */
  missing: readonly string[];
  /** Changes on the servers since the last deploy. */
  drift: readonly ServerDrift[];
}

async function up(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  // Before the preparation, which takes minutes.
  requireTerminalModule();
  const context: Up = { environment: {}, missing: [], drift: [] };
  await new Listr<Up, "default", "verbose">(
    [
      preparing(localSteps),
      {
        title: "Checking the containers of the stack",
        task: async ({ environment }, task) => {
          context.missing = await repairContainers(environment, show(task));
        },
      },
      {
        title: "Comparing the servers with the last deploy",
        task: async ({ environment }, task) => {
          context.drift = await repairDrift(environment, show(task));
        },
      },
      {
        title: `Deploying the stack "${LOCAL_STACK}"`,
        task: async ({ environment, missing }, task) => {
          const replacing: Record<string, string> =
            missing.length === 0
              ? {}
              : { TF_CLI_ARGS_apply: missing.map((address) => `'-replace=${address}'`).join(" ") };
          await cdktf(["deploy", LOCAL_STACK], { ...environment, ...replacing }, show(task));
        },
      },
    ],
    { ctx: context, ...progressOptions },
  ).run();
  const file = writeEnvironment(context.environment);
  await summarize(deploySettings(context.environment), file, context.drift);
}

/** Lets the deploy repair what changed on the servers since the last one. */
async function repairDrift(environment: Readonly<Record<string, string>>, log: Log): Promise<ServerDrift[]> {
  const found: ServerDrift[] = [];
  for (const deployed of await deployedNow(environment)) {
    const drift = await findDrift(LOCAL_STACK, deployed, environment);
    repeatRuns(LOCAL_STACK, deployed, drift);
    found.push(...drift);
  }
  for (const { server, path, change } of found) log(`${server}: ${path} ${change}`);
  return found;
}

/** The deployed monitorings; none before the first deploy. */
async function deployedNow(environment: Readonly<Record<string, string>>): Promise<Deployed[]> {
  try {
    return deployedMonitorings(LOCAL_STACK, await stackOutputs(LOCAL_STACK, environment));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

async function summarize(
  environment: Readonly<Record<string, string>>,
  file: string,
  drift: readonly ServerDrift[],
): Promise<void> {
  const outputs = await stackOutputs(LOCAL_STACK, environment);
  const addresses = Object.entries(ADDRESSES).flatMap(([name, label]) => {
    const value = outputs[name];
    return typeof value === "string" ? [label + value] : [];
  });
  const notes = [
    ...drift.map(
      ({ server, repairable, path, change }) =>
        `${repairable ? "Repaired       " : "Not repaired   "}on ${server}: ${path} ${change}`,
    ),
    ...(environment.CDKTF_MONITORING_SOURCE === undefined
      ? []
      : [
          'Archives       built from source (channel "source") because the releases are unreachable; no web UI in Prometheus and Grafana',
          "Log agent      Promtail (LOG_AGENT=promtail), end of life 2026-03-02, because Alloy cannot be built from source",
        ]),
    ...(environment.COMMUNITY_DASHBOARDS === "false"
      ? ["Dashboards     built-in only (COMMUNITY_DASHBOARDS=false) because those of grafana.com are unreachable"]
      : []),
  ];
  console.log(`
${addresses.join("\n")}
${notes.map((note) => `${note}\n`).join("")}
Next steps
  npm run verify   check firewalls, scrape targets, alert delivery, logs and dashboards
  npm run up       deploy changes of main.ts
  npm run play     run a single playbook again
  npm run down     remove the stack and its data ("npm run down -- --keep-data" keeps the data)

To call cdktf directly: . ${shellQuote(file)} && npx cdktf deploy ${LOCAL_STACK}`);
}

main(up);
