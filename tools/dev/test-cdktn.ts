import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main, usage } from "../cli/command";
import { attach } from "../cli/process";
import { UserError } from "../cli/user-error";
import { copyForCdktn } from "./cdktn/project";
import { cdktnStep } from "./cdktn/step";
import { VERSIONS } from "./cdktn/versions";

/**
 * Tests of everything that imports the framework, except the slowest: those of quoting, of large inventories and of metric names.
 * The tests of lib/ and of the scripts do not import the framework, and __tests__/cdktn.test.ts compares the stacks.
 */
const TESTS = "__tests__/(main|constructs/(?!injection|synthesis/inventory-size|checks/metrics|servers/local/scripts))";

const HELP = `Usage: ${usage("test:cdktn", "[<pattern>…]")}

Checks the types of a copy of the project in which cdktn ${VERSIONS.cdktn} replaces cdktf, and runs the tests of its constructs, or those
that the patterns select. Installs cdktn into the cache.`;

async function testCdktn(): Promise<void> {
  const words = process.argv.slice(2);
  if (words.some((word) => ["-h", "--help"].includes(word))) {
    console.log(HELP);
    return;
  }
  const found = await cdktnStep.ensure(console.error);
  const environment = { ...found, CHECKPOINT_DISABLE: "1" };
  const copy = mkdtempSync(join(tmpdir(), "cdktn-"));
  try {
    copyForCdktn(copy, found.CDKTN_FOLDER ?? "");
    const patterns = words.length > 0 ? words : [TESTS];
    const commands = {
      types: ["tsc", "--project", "."],
      tests: ["jest", ...patterns, "--selectProjects", "unit", "--maxWorkers", "2", "--silent"],
    };
    const failed: string[] = [];
    for (const [name, args] of Object.entries(commands)) {
      const start = Date.now();
      const code = await attach("npx", args, { cwd: copy, environment });
      console.log(
        `${code === 0 ? "PASS" : "FAIL"}  cdktn ${VERSIONS.cdktn}: ${name} (${Math.round((Date.now() - start) / 1000)} s)`,
      );
      if (code !== 0) failed.push(name);
    }
    if (failed.length > 0) throw new UserError(`these checks fail with cdktn ${VERSIONS.cdktn}: ${failed.join(", ")}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

main(testCdktn);
