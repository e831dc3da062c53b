import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { ansiblePython, ansibleTest } from "../support/ansible";
import { removeFolders, temporaryFolder } from "./python";

const PROGRAM = `import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from raw_script import command_line
given = json.load(sys.stdin)
print(command_line(Path(given["script"]), given["arguments"], given["env"]), end="")`;

afterAll(removeFolders);

/** Returns the command line for a script. */
function commandLine(
  script: string,
  args: readonly unknown[] = [],
  env: Readonly<Record<string, unknown>> = {},
): string {
  const folder = join(playbooksDirectory, "plugins", "action");
  const input = JSON.stringify({ script, arguments: args, env });
  const { stdout, stderr, status } = spawnSync(ansiblePython() ?? "", ["-c", PROGRAM, folder], {
    input,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Writes a script, and runs it with the command line that the action sends to a server. */
function run(text: string, args: readonly unknown[] = [], env: Readonly<Record<string, unknown>> = {}): string {
  const script = join(temporaryFolder(), "script");
  writeFileSync(script, text);
  return execFileSync("sh", ["-c", commandLine(script, args, env)], { encoding: "utf8" });
}

ansibleTest("hands arguments to a shell script and to a Python script", () => {
  const args = ["it's", "two words", 3, ""];
  expect(run(`#!/bin/sh\nprintf '<%s>' "$0" "$@"\n`, args)).toBe("<script><it's><two words><3><>");
  expect(run("#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1:])\n", args)).toBe(
    `["it's", 'two words', '3', '']\n`,
  );
});

ansibleTest("sets the environment: lists as lines, booleans as yes or nothing", () => {
  const script = `#!/bin/sh\nprintf '<%s>' "$LIST" "$YES" "$NO" "$NONE" "$LC_ALL" "$PATH"\n`;
  const env = { LIST: ["a", "b c"], YES: true, NO: false, NONE: null };
  expect(run(script, [], env)).toBe("<a\nb c><yes><><><C></usr/sbin:/usr/bin:/sbin:/bin>");
  expect(run(script, [], { ...env, LC_ALL: "C.UTF-8" })).toContain("<C.UTF-8>");
});

ansibleTest("creates files that services can read, although the server has another umask", () => {
  const script = join(temporaryFolder(), "script");
  writeFileSync(script, "#!/bin/sh\numask\n");
  expect(execFileSync("sh", ["-c", `umask 077; ${commandLine(script)}`], { encoding: "utf8" })).toBe("0022\n");
});

ansibleTest("inserts the files that a script includes, by their paths relative to it", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "one"));
  mkdirSync(join(folder, "two"));
  writeFileSync(join(folder, "one", "main.sh"), "#!/bin/sh\n. ../two/functions.sh\ngreet\n");
  writeFileSync(join(folder, "two", "functions.sh"), '. ./words.sh\ngreet() { echo "$word"; }\n');
  writeFileSync(join(folder, "two", "words.sh"), "word='it\\works'\n");
  const command = commandLine(join(folder, "one", "main.sh"));
  expect(execFileSync("sh", ["-c", command], { encoding: "utf8" })).toBe("it\\works\n");
});

ansibleTest("rejects a script without an interpreter", () => {
  expect(() => run("true\n")).toThrow(/names no interpreter: begin its first line with #!\//);
});
