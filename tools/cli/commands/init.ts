import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../../lib/paths";
import { FRAMEWORK, main, PROGRAM, usage } from "../command";
import { mergedIgnores, mergedPackage, projectFiles } from "../init/project-files";
import { SERVER_KINDS, ServerKind } from "../init/stacks";
import { UserError } from "../user-error";

const HELP = `Usage: ${usage("init")}

Writes a project with a stack of two monitored servers, a test and a README. It adds missing entries to package.json and .gitignore, and
changes no other existing file.

  --servers <kind>     local: containers on this machine (default); existing: machines that you reach by SSH; aws: new EC2 instances
  --directory <path>   folder of the project (default: the current folder)
  -h, --help           print this help`;

function init(): void {
  const { values } = parseArgs({
    options: {
      servers: { type: "string", default: "local" },
      directory: { type: "string", default: "." },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const kind = SERVER_KINDS.find((name) => name === values.servers);
  if (kind === undefined)
    throw new UserError(`--servers "${values.servers}" is unknown: use ${SERVER_KINDS.join(", ")}`);
  const folder = resolve(values.directory);
  const files = filesFor(folder, kind);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    console.log(`  ${path}`);
  }
  console.log(`\n${nextSteps(folder, kind)}`);
}

/**
 * Returns all files to write by their path in the project.
 *
 * @throws UserError if a file exists that would be overwritten, or package.json does not fit
 */
function filesFor(folder: string, kind: ServerKind): Readonly<Record<string, string>> {
  const files = projectFiles(kind);
  const existing = Object.keys(files).filter((path) => existsSync(join(folder, path)));
  if (existing.length > 0)
    throw new UserError(
      `${folder} already contains ${existing.join(", ")}: nothing was written. Use another folder (--directory), or move these files`,
    );
  const present = packageIn(folder);
  if (present.type === "module")
    throw new UserError(
      `${join(folder, "package.json")} contains "type": "module", but the project is written as CommonJS: remove the entry`,
    );
  return {
    "package.json": `${JSON.stringify(mergedPackage(present, kind, ownSpecifier(folder)), undefined, 2)}\n`,
    ".gitignore": mergedIgnores(read(join(folder, ".gitignore"))),
    ...files,
  };
}

/** The content of a folder's package.json; empty if it has none. */
function packageIn(folder: string): Readonly<Record<string, unknown>> {
  let present: unknown;
  try {
    present = JSON.parse(read(join(folder, "package.json")) || "{}");
  } catch (error) {
    throw new UserError(`${join(folder, "package.json")} is not JSON: ${String(error)}`);
  }
  if (typeof present !== "object" || present === null || Array.isArray(present))
    throw new UserError(`${join(folder, "package.json")} is not a JSON object`);
  return present as Readonly<Record<string, unknown>>;
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** The version of this package for a package.json in a folder: the one of the current folder, such as the path of an archive. */
function ownSpecifier(folder: string): string {
  const here = packageIn(process.cwd());
  const { dependencies = {}, devDependencies = {} } = here as Readonly<
    Record<string, Readonly<Record<string, string>>>
  >;
  const present = { ...devDependencies, ...dependencies }[`${FRAMEWORK}-monitoring`];
  if (present?.startsWith("file:") === true)
    return `file:${relative(folder, resolve(present.slice("file:".length))) || "."}`;
  if (present !== undefined) return present;
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    readonly version: string;
  };
  return version;
}

function nextSteps(folder: string, kind: ServerKind): string {
  const steps = [
    ...(folder === process.cwd() ? [] : [`cd ${relative(process.cwd(), folder)}`]),
    "npm install",
    ...(kind === "local" ? [] : ["edit monitoring-stack.ts       the values in it are examples"]),
    "npm test                       check the stack without deploying it",
    `eval "$(${PROGRAM} env)" && npx ${FRAMEWORK} deploy`,
    `${PROGRAM} verify${kind === "local" ? "" : ` --stack ${kind}`}`,
  ];
  return ["Next steps", ...steps.map((step) => `  ${step}`)].join("\n");
}

main(init);
