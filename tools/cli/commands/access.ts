import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ACCESS_FILE, diagramOf } from "../../../lib/access/access-document";
import { FRAMEWORK, main, usage } from "../command";
import { run } from "../process";
import { projectRoot } from "../project";
import { LOCAL_STACK } from "../stack-outputs";
import { UserError } from "../user-error";

const HELP = `Usage: ${usage("access")}

Prints the allowed connections of a stack and their reasons, as the current code declares them.

  --mermaid        print only the diagram, as a Mermaid flowchart
  --stack <name>   stack to use (default: ${LOCAL_STACK})
  -h, --help       print this help

Needs neither Docker nor Terraform. Leaves cdktf.out unchanged.`;

const ERROR = /^\w*Error: /;
const STACK_TRACE = /^\s+at |^Node\.js v/;

async function access(): Promise<void> {
  const { values } = parseArgs({
    options: {
      mermaid: { type: "boolean", default: false },
      stack: { type: "string", default: LOCAL_STACK },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  // Not cdktf.out, because a running deploy reads it.
  const folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-access-"));
  try {
    await synthesize(folder);
    const documents = accessDocuments(folder, values.stack);
    console.log(documents.map((document) => (values.mermaid ? diagramOf(document) : document.trimEnd())).join("\n\n"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the app as cdktf does, with another output folder. */
async function synthesize(folder: string): Promise<void> {
  const { app, context = {} } = JSON.parse(readFileSync(join(projectRoot, "cdktf.json"), "utf8")) as {
    readonly app: string;
    readonly context?: object;
  };
  const { code, stdout, stderr } = await run("/bin/sh", ["-c", app], {
    cwd: projectRoot,
    environment: { CDKTF_OUTDIR: folder, CDKTF_CONTEXT_JSON: JSON.stringify(context) },
  });
  if (code === 0) return;
  const lines = `${stdout}${stderr}`.split("\n").filter((line) => !STACK_TRACE.test(line));
  const error = lines.findIndex((line) => ERROR.test(line));
  throw new UserError(`${lines.slice(Math.max(error, 0)).join("\n").trim()}\ncannot synthesize the app: ${app}`);
}

/** The access documents of a synthesized stack, one for each Monitoring. */
function accessDocuments(folder: string, stack: string): string[] {
  const stacks = join(folder, "stacks");
  const known = readdirSync(stacks).sort();
  if (!known.includes(stack)) throw new UserError(`unknown stack "${stack}": the app has ${known.join(", ")}`);
  const files = readdirSync(join(stacks, stack)).filter((name) => name.endsWith(ACCESS_FILE));
  if (files.length === 0)
    throw new UserError(
      `the stack "${stack}" contains no Monitoring: "npx ${FRAMEWORK} plan ${stack}" lists the missing settings`,
    );
  return files.sort().map((file) => readFileSync(join(stacks, stack, file), "utf8"));
}

main(access);
