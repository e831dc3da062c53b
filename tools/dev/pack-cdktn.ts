import { mkdirSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { main, usage } from "../cli/command";
import { projectRoot } from "../cli/project";
import { packCdktn } from "./cdktn/package";

const HELP = `Usage: ${usage("pack:cdktn")}

Packs cdktn-monitoring, the package for CDK Terrain (cdktn), from the same files as cdktf-monitoring. The differences are in
tools/dev/cdktn/renames.ts and tools/dev/cdktn/manifest.ts. Fails if a file still imports cdktf or names its program.

  --pack-destination <folder>   folder for the package (default: this folder)
  -h, --help                    print this help`;

function pack(): void {
  const { values } = parseArgs({
    options: { "pack-destination": { type: "string", default: projectRoot }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const destination = resolve(values["pack-destination"]);
  mkdirSync(destination, { recursive: true });
  const { archive, files } = packCdktn(destination);
  console.log(`${relative(process.cwd(), archive)} (${files.length} files)`);
}

main(pack);
