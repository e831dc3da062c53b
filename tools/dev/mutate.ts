import { parseArgs } from "node:util";
import { builtInAlerts } from "../../lib/alerts/built-in";
import { main, usage } from "../cli/command";
import { attach } from "../cli/process";
import { projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";
import { promtoolStep } from "./test-programs";

const HELP = `Usage: ${usage("mutate", "[<alert>…]")}

Checks that the tests of the built-in alert rules are complete. Changes one thing of a rule at a time (a threshold, a
comparison, a matcher, the duration, the severity) and runs the promtool tests of that alert. Fails if no test notices a
change. Without <alert>, all alerts are checked.

  -h, --help   print this help`;

async function mutate(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const unknown = positionals.filter((alert) => !builtInAlerts.some(({ name }) => name === alert));
  if (unknown.length > 0)
    throw new UserError(`unknown alert ${unknown.join(", ")}: docs/reference/alerts.md lists them`);
  const environment = await promtoolStep.ensure((line) => {
    console.error(line);
  });
  process.exitCode = await attach(
    "npx",
    ["jest", "--selectProjects", "unit", "--testPathPatterns", "lib/alerts/mutants"],
    {
      cwd: projectRoot,
      environment: { ...environment, MUTATED_ALERTS: positionals.join(",") },
    },
  );
}

main(mutate);
