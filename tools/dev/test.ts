import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { attach, main, projectRoot, UserError } from "../cli/common";
import { stopIdleEngine } from "../local/engine";
import {
  amtoolStep,
  ansibleStep,
  artifactsStep,
  engineStep,
  lokiStep,
  motoStep,
  promtailStep,
  promtoolStep,
  Step,
  terraformStep,
} from "../local/preparation";

const HELP = `npm test [-- options] [-- patterns]: unit, synthesis and Terraform levels
npm run test:e2e: real servers on this machine (sets up what npm run up sets up)

  -t <pattern>    only the tests of that name
  --json <file>   jest's results as JSON
  -h, --help      this text`;

/** What is made sure of before the tests of a level; what is missing for the lower one makes tests skip, and say so. */
async function prepare(e2e: boolean): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  const steps: readonly Step[] = e2e
    ? [terraformStep, ansibleStep, engineStep, artifactsStep]
    : [terraformStep, ansibleStep, motoStep, promtoolStep, amtoolStep, promtailStep, lokiStep];
  for (const step of steps) {
    try {
      Object.assign(
        environment,
        await step.ensure((line) => {
          console.error(`${step.title}: ${line}`);
        }),
      );
    } catch (error) {
      if (e2e || !(error instanceof UserError)) throw error;
      console.error(`${step.title}: not here, so what needs it is skipped (${error.message})`);
    }
  }
  return environment;
}

async function test(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      e2e: { type: "boolean", default: false },
      json: { type: "string" },
      name: { type: "string", short: "t" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const environment = await prepare(values.e2e);
  const project = values.e2e
    ? ["--selectProjects", "e2e", "--runInBand"]
    : ["--selectProjects", "unit", "--maxWorkers", "2"];
  const json = values.json === undefined ? [] : ["--json", "--outputFile", values.json];
  const name = values.name === undefined ? [] : ["--testNamePattern", values.name];
  // Each synthesis of a test leaves a folder: they go with this one.
  const scratch = mkdtempSync(join(tmpdir(), "cdktf-monitoring-test-"));
  try {
    process.exitCode = await attach("npx", ["jest", ...positionals, ...name, ...project, ...json], {
      cwd: projectRoot,
      environment: { ...environment, CHECKPOINT_DISABLE: "1", TMPDIR: scratch },
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (values.e2e) await stopIdleEngine();
}

main(test);
