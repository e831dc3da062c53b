import { Listr } from "listr2";
import { parseArgs } from "node:util";
import { cdktf } from "./cdktf";
import { main } from "../cli/common";
import { repairContainers } from "./containers";
import { localSteps, writeEnvironment } from "./preparation";
import { LOCAL_STACK, stackOutputs } from "../cli/stack-outputs";
import { Context, preparing, progressOptions, show } from "./progress";

const HELP = `npm run up: prepares this machine and deploys the stack "${LOCAL_STACK}"

  Makes sure of Terraform's providers, a Python environment with Ansible, a Docker engine, the servers' image and the
  release archives; starts containers that were stopped; then calls "cdktf deploy ${LOCAL_STACK}".
  A second call with nothing changed changes nothing. "npm run down" takes it all down again.

  -h, --help   this text`;

/** The outputs that are told when all is done, if they are there, with what stands before them. */
const PAGES = {
  grafana_url: "Grafana      ",
  grafana_password_command: "  as admin   with what this shows: ",
  prometheus_url: "Prometheus   ",
  alertmanager_url: "Alertmanager ",
};

interface Up extends Context {
  /** The addresses of what must be replaced. */
  gone: readonly string[];
}

async function up(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const context: Up = { environment: {}, gone: [] };
  await new Listr<Up, "default", "verbose">(
    [
      preparing(localSteps),
      {
        title: "Looking after the servers that are there",
        task: async ({ environment }, task) => {
          context.gone = await repairContainers(environment, show(task));
        },
      },
      {
        title: `Deploying the stack "${LOCAL_STACK}"`,
        task: async ({ environment, gone }, task) => {
          const replacing: Record<string, string> =
            gone.length === 0 ? {} : { TF_CLI_ARGS_apply: gone.map((address) => `'-replace=${address}'`).join(" ") };
          await cdktf(["deploy", LOCAL_STACK], { ...environment, ...replacing }, show(task));
        },
      },
    ],
    { ctx: context, ...progressOptions },
  ).run();
  await summarize(context.environment, writeEnvironment(context.environment));
}

async function summarize(environment: Readonly<Record<string, string>>, file: string): Promise<void> {
  const outputs = await stackOutputs(LOCAL_STACK, environment);
  const pages = Object.entries(PAGES).flatMap(([name, line]) => {
    const value = outputs[name];
    return typeof value === "string" ? [line + value] : [];
  });
  const notes = [
    ...(environment.CDKTF_MONITORING_SOURCE === undefined
      ? []
      : [
          'Archives     channel "source": built here from the Go modules, for the releases could not be fetched; without the web pages',
          "Log agent    Promtail (LOG_AGENT=promtail), whose end of life was 2026-03-02: Alloy is in no Go module",
        ]),
    ...(environment.COMMUNITY_DASHBOARDS === "false"
      ? ["Dashboards   ours only: those of grafana.com could not be fetched (COMMUNITY_DASHBOARDS=false)"]
      : []),
  ];
  console.log(`
${pages.join("\n")}
${notes.map((note) => `${note}\n`).join("")}
Check        npm run verify       tries who reaches what, whether targets are up, alerts and logs arrive, panels have data
Look again   npm run up           changes nothing when nothing changed
One part     npm run play         runs a single playbook again
By hand      . ${file} && npx cdktf deploy ${LOCAL_STACK}
Take down    npm run down         with all data; -- --keep-data keeps it`);
}

main(up);
