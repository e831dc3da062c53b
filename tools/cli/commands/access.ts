import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ACCESS_FILE, diagramOf } from "../../../lib/access/access-document";
import { main, projectRoot, run, usage, UserError } from "../common";
import { LOCAL_STACK } from "../stack-outputs";

const HELP = `${usage("access")}: who may reach what in a stack, and why, as the code says it now

  --mermaid        only the picture, as a Mermaid flowchart
  --stack <name>   another stack than "${LOCAL_STACK}"
  -h, --help       this text

It needs neither Docker nor Terraform, and leaves what was synthesized before as it is.`;

const ERROR = /^\w*Error: /;
const STACK = /^\s+at |^Node\.js v/;

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
  // A folder of its own: a deploy that is under way reads the other one.
  const folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-access-"));
  try {
    await synthesize(folder);
    const documents = accessDocuments(folder, values.stack);
    console.log(documents.map((document) => (values.mermaid ? diagramOf(document) : document.trimEnd())).join("\n\n"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the app as cdktf does, into another folder. */
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
  // What the app says, without where in which file.
  const said = `${stdout}${stderr}`.split("\n").filter((line) => !STACK.test(line));
  const error = said.findIndex((line) => ERROR.test(line));
  throw new UserError(`${said.slice(Math.max(error, 0)).join("\n").trim()}\nthe app could not be synthesized: ${app}`);
}

/** What the synthesis wrote for people, for each monitoring of a stack. */
function accessDocuments(folder: string, stack: string): string[] {
  const stacks = join(folder, "stacks");
  const known = readdirSync(stacks).sort();
  if (!known.includes(stack)) throw new UserError(`there is no stack "${stack}": there are ${known.join(", ")}`);
  const files = readdirSync(join(stacks, stack)).filter((name) => name.endsWith(ACCESS_FILE));
  if (files.length === 0)
    throw new UserError(`the stack "${stack}" has no monitoring: what it lacks is said when it is planned`);
  return files.sort().map((file) => readFileSync(join(stacks, stack, file), "utf8"));
}

main(access);
