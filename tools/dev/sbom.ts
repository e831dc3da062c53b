import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { playbooksDirectory } from "../../lib/paths";
import { main, usage } from "../cli/command";
import { writeAtomically } from "../cli/files";
import { run } from "../cli/process";
import { projectRoot } from "../cli/project";
import { ensurePython } from "../cli/python";
import { UserError } from "../cli/user-error";
import { archives, baseImages, type Component, dashboards, pythonPackages } from "./sbom/components";

const HELP = `Usage: ${usage("sbom")}

Writes a software bill of materials in the format CycloneDX 1.6 (JSON), and checks it against the schema. It contains the
npm and Python packages that are needed at run time, the release archives, the dashboards of grafana.com and the base
image of local servers.

  --output <file>   file to write (default: sbom.cdx.json)
  -h, --help        print this help`;

const VERSION = "1.6";

/** Reads a bill from standard input, and prints what does not match the schema. */
const VALIDATE = `import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(f"{problem}" if problem else 0)`;

interface Bill {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly metadata: { readonly component: Component };
}

async function sbom(): Promise<void> {
  const { values } = parseArgs({
    options: { output: { type: "string", default: "sbom.cdx.json" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const tools = await ensurePython("requirements-sbom.txt", console.error);
  const npm = JSON.parse(
    await output("npm", ["sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"]),
  ) as Bill;
  const python = await pythonBill(tools);
  const files = [
    ...archives(json(join(playbooksDirectory, "artifacts.json")) as Parameters<typeof archives>[0]),
    ...dashboards(json(join(playbooksDirectory, "dashboards.json")) as Parameters<typeof dashboards>[0]),
    ...baseImages(text(join(projectRoot, "constructs", "servers", "local", "scripts", "image", "bases.txt"))),
  ];
  const bill = JSON.stringify(merge(npm, python, files), undefined, 2);
  await output(join(tools, "python"), ["-c", VALIDATE], bill);
  const path = resolve(values.output);
  writeAtomically(path, `${bill}\n`);
  console.log(path);
}

/** The Python packages of the environment in which deploys run. */
async function pythonBill(tools: string): Promise<Bill> {
  const python = join(await ensurePython("requirements.txt", console.error), "python");
  const bill = JSON.parse(
    await output(join(tools, "cyclonedx-py"), ["environment", "--spec-version", VERSION, python]),
  ) as Bill;
  const components = pythonPackages(bill.components, text(join(projectRoot, "requirements.txt")));
  const refs = new Set(components.map((component) => component["bom-ref"]));
  return { ...bill, components, dependencies: bill.dependencies.filter(({ ref }) => refs.has(ref)) };
}

function merge(npm: Bill, python: Bill, files: readonly Component[]): object {
  const root = { ...npm.metadata.component, name: "cdktf-monitoring" };
  const added = [...python.components, ...files];
  return {
    ...npm,
    $schema: `http://cyclonedx.org/schema/bom-${VERSION}.schema.json`,
    specVersion: VERSION,
    metadata: { ...npm.metadata, component: root },
    components: [...npm.components, ...added],
    dependencies: [
      ...npm.dependencies.map((dependency) =>
        dependency.ref === root["bom-ref"]
          ? { ...dependency, dependsOn: [...(dependency.dependsOn ?? []), ...added.map((each) => each["bom-ref"])] }
          : dependency,
      ),
      ...python.dependencies,
      ...files.map((each) => ({ ref: each["bom-ref"] })),
    ],
  };
}

/**
 * Returns the standard output of a program.
 *
 * @throws UserError with its error output if the program fails
 */
async function output(program: string, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, { cwd: projectRoot, input });
  if (code !== 0) throw new UserError(`cannot write the bill of materials: ${program} failed:\n${stderr}`);
  return stdout;
}

function text(path: string): string {
  return readFileSync(path, "utf8");
}

function json(path: string): unknown {
  return JSON.parse(text(path));
}

main(sbom);
