import { join } from "node:path";
import { main } from "../cli/command";
import { run } from "../cli/process";
import { projectRoot } from "../cli/project";
import { ensurePython } from "../cli/python";
import { UserError } from "../cli/user-error";

const FILES = ["requirements", "requirements-dev", "requirements-test", "requirements-sbom"];

/**
 * npm run lock-python: writes `requirements*.txt` from `requirements*.in`. A lock names each package with the digests of all
 * its files, so it is valid for all supported versions of Python and for all platforms.
 */
async function lockPython(): Promise<void> {
  const uv = join(await ensurePython("requirements-dev.txt", console.error), "uv");
  for (const file of FILES) {
    const { code, stderr } = await run(
      uv,
      [
        ...["pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"],
        ...["--custom-compile-command", "npm run lock-python", `${file}.in`, "--output-file", `${file}.txt`],
      ],
      { cwd: projectRoot },
    );
    if (code !== 0) throw new UserError(`uv cannot lock ${file}.in:\n${stderr}`);
  }
}

main(lockPython);
