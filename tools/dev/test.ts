import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main } from "../cli/command";
import { attach } from "../cli/process";
import { projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";
import { stopIdleEngine } from "../local/engine";
import { ansibleStep, artifactsStep, engineStep, Step, terraformStep } from "../local/preparation";
import { cdktnStep } from "./cdktn/step";
import { amtoolStep, lokiStep, motoStep, promtailStep, promtoolStep } from "./test-programs";

const HELP = `Usage: npm test [-- options] [patterns]
       npm run test:e2e [-- options] [patterns]

"npm test" runs the unit, synthesis and Terraform tests. "npm run test:e2e" runs the end-to-end tests on local servers.
Both prepare this machine first. Patterns select test files by path.

  -t <pattern>    run only tests whose names match
  --json <file>   write the results of Jest as JSON
  -h, --help      print this help`;

/**
 * Prepares this machine. End-to-end tests need every step. If a step of the other tests fails, the tests that need it are
 * skipped and name the reason.
 *
 * @returns environment variables for Jest
 */
async function prepare(e2e: boolean): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  const steps: readonly Step[] = e2e
    ? [terraformStep, ansibleStep, engineStep, artifactsStep]
    : [terraformStep, ansibleStep, motoStep, promtoolStep, amtoolStep, promtailStep, lokiStep, cdktnStep];
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
      console.error(`${step.title}: unavailable, so the tests that need it are skipped (${error.message})`);
    }
  }
  // End-to-end tests install source builds on existing servers too.
  delete environment.CDKTF_MONITORING_SOURCE_FOR;
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
  // Tests leave the output folders of their syntheses in TMPDIR. Its path is short, because the paths of sockets are limited.
  const scratch = mkdtempSync(join(tmpdir(), "test-"));
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
