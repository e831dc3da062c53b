import { join } from "node:path";
import { main, usage } from "../cli/command";
import { run } from "../cli/process";
import { projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";
import { ensureNode } from "./node-versions";

/** The supported versions on which "npm test" does not run. Version 20 is for cdktf-cli, and ends with it. */
const VERSIONS = ["22", "24", "26"];
/** Tests of everything that a user's program calls: construction, synthesis and the parsers of queries. */
const TESTS = "__tests__/(main|lib/(logs/logql|query)|constructs/components/(prometheus|grafana|loki|log-agent))";

const HELP = `Usage: ${usage("test:node", "[<version>…]")}

Runs the tests of the library on other major versions of Node.js: ${VERSIONS.join(", ")} by default. Each version is installed from npm
into the cache.`;

async function testNode(): Promise<void> {
  const words = process.argv.slice(2);
  if (words.some((word) => ["-h", "--help"].includes(word))) {
    console.log(HELP);
    return;
  }
  const failed: string[] = [];
  for (const version of words.length > 0 ? words : VERSIONS) {
    const node = await ensureNode(version);
    const args = [join("node_modules", "jest", "bin", "jest.js"), TESTS, "--selectProjects", "unit", "--silent"];
    const { code, stdout, stderr } = await run(node, args, { cwd: projectRoot });
    console.log(`${code === 0 ? "PASS" : "FAIL"}  Node.js ${version}: ${/^Tests: *(.*)$/m.exec(stderr)?.[1] ?? ""}`);
    if (code === 0) continue;
    failed.push(version);
    console.log(`${stdout}${stderr}`);
  }
  if (failed.length > 0) throw new UserError(`the tests fail on Node.js ${failed.join(", ")}`);
}

main(testNode);
