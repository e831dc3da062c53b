import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ensurePrivateDirectory } from "../cli/private-directory";
import { run, type Log } from "../cli/process";
import { privateDirectory, projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";
import { withLock } from "../cli/lock";
import { requireTerminalModule } from "./terminal-module";

/** Output of a provisioner, after the address of its resource. */
const PROVISIONER = /^(?:null_resource\.\S+ \([^)]*\)(?:\["[^"]*"\])? )\(local-exec\): (?!Executing: )(.*)$/;
/** Start or end of the creation or destruction of a resource. */
const PROGRESS = /^\S+ \(([^)]*)\)(\["[^"]*"\])?: (Creating|Destroying|Creation complete|Destruction complete)\b(.*)$/;
/** A line of a stack trace. Stack traces go only to the log file. */
const STACK_TRACE = /^\s+at .*\)$/;
const ERROR = /^\s*Error: /;
const RESULT = /^(Apply|Destroy) complete!|^No changes\./;

/**
 * Runs cdktf in the project. Writes its full output to a file, and its progress to `log`. Runs one cdktf at a time,
 * because a synthesis removes the output folder that another deploy may be reading.
 *
 * @throws UserError with the errors that cdktf printed, and with the path of the full output; or if cdktf does not run on this
 * version of Node.js
 */
export async function cdktf(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  log: Log,
): Promise<void> {
  requireTerminalModule();
  await withLock(join(ensurePrivateDirectory(), "cdktf.lock"), log, () => runCdktf(args, environment, log));
}

async function runCdktf(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  log: Log,
): Promise<void> {
  const path = join(privateDirectory, `${args[0] ?? "cdktf"}.log`);
  const file = createWriteStream(path, { mode: 0o600 });
  // From the first error on, every line that is not progress belongs to the error.
  const errors: string[] = [];
  // Ctrl-C also reaches Terraform, which finishes the operations in progress. This process waits for it.
  const interruption = { seen: false };
  const onInterrupt = (): void => {
    interruption.seen = true;
    log("interrupted: waiting for Terraform to finish its current operations");
  };
  process.on("SIGINT", onInterrupt);
  // Without --skip-provider-lock, cdktf would query the registry to lock providers for other platforms.
  // Calls the program directly, because npx needs a third of a second to find it.
  const { code } = await run(
    join(projectRoot, "node_modules", ".bin", "cdktf"),
    [...args, "--auto-approve", "--skip-provider-lock"],
    {
      cwd: projectRoot,
      // CI prevents cdktf from redrawing the screen. The update check would need the internet.
      environment: { ...environment, CI: "1", CHECKPOINT_DISABLE: "1", NO_COLOR: "1", FORCE_COLOR: "0" },
      log: (raw) => {
        file.write(`${raw}\n`);
        const line = plain(raw);
        const progress = progressOf(line.trim());
        if (progress !== undefined) log(progress);
        else if (line.trim() !== "" && !STACK_TRACE.test(line) && (errors.length > 0 || ERROR.test(line)))
          errors.push(line.trimEnd());
      },
    },
  );
  process.off("SIGINT", onInterrupt);
  file.end();
  const where = `full output: ${path}`;
  const command = `cdktf ${args[0] ?? ""}`;
  if (interruption.seen) {
    throw new UserError(`${command} was interrupted: run the same command again to continue (${where})`);
  }
  if (code !== 0) throw new UserError(`${errors.slice(0, 60).join("\n")}\n${command} failed (${where})`);
}

/** A line without colors and without the name of the stack in front. */
function plain(line: string): string {
  return stripVTControlCharacters(line).replace(/^[a-z0-9_-]+ {2,}(?=\S)/, "");
}

/** A shorter form of a progress line, or undefined for any other line. */
function progressOf(line: string): string | undefined {
  const output = PROVISIONER.exec(line)?.[1];
  if (output !== undefined) return output;
  const [, path = "", key = "", verb = "", rest = ""] = PROGRESS.exec(line) ?? [];
  if (verb !== "")
    return `${path.replace(/\/Resource$/, "")}${key}: ${verb.toLowerCase()}${rest.replace(/ \[id=.*\]$/, "")}`;
  return RESULT.test(line) ? line : undefined;
}
