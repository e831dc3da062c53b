import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Log, privateDirectory, projectRoot, run, UserError, withLock } from "../cli/common";

/** What a provisioner prints, after the resource's address. */
const PROVISIONER = /^(?:null_resource\.\S+ \([^)]*\)(?:\["[^"]*"\])? )\(local-exec\): (?!Executing: )(.*)$/;
/** That a resource is made, replaced or removed. */
const PROGRESS = /^\S+ \(([^)]*)\)(\["[^"]*"\])?: (Creating|Destroying|Creation complete|Destruction complete)\b(.*)$/;
/** Where in which file an error was thrown: for the log. */
const STACK = /^\s+at .*\)$/;
const ERROR = /^\s*Error: /;
const RESULT = /^(Apply|Destroy) complete!|^No changes\./;

/**
 * Runs cdktf in the project, quietly: what people want to follow goes to `log`, all of it into a file. One at a time, for
 * a synthesis removes what the one before it made, and another deploy may be reading that.
 *
 * @throws UserError with the last of what was said, and where all of it is
 */
export async function cdktf(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  log: Log,
): Promise<void> {
  mkdirSync(privateDirectory, { recursive: true, mode: 0o700 });
  await withLock(join(privateDirectory, "cdktf.lock"), log, () => runCdktf(args, environment, log));
}

async function runCdktf(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  log: Log,
): Promise<void> {
  const path = join(privateDirectory, `${args[0] ?? "cdktf"}.log`);
  const file = createWriteStream(path, { mode: 0o600 });
  // From the first error on, all that is no progress belongs to what went wrong.
  const problems: string[] = [];
  // Ctrl-C reaches Terraform too, which ends what is under way in good order: wait for that.
  const interruption = { seen: false };
  const note = (): void => {
    interruption.seen = true;
    log("interrupted: waiting for Terraform to stop in good order");
  };
  process.on("SIGINT", note);
  // Locking providers for other platforms would ask the registry, and the lock file lies in the output folder anyway.
  // Not by npx, which takes a third of a second to find it.
  const { code } = await run(
    join(projectRoot, "node_modules", ".bin", "cdktf"),
    [...args, "--auto-approve", "--skip-provider-lock"],
    {
      cwd: projectRoot,
      // cdktf draws pictures unless it is told that nobody watches; and its update check would ask the internet.
      environment: { ...environment, CI: "1", CHECKPOINT_DISABLE: "1", NO_COLOR: "1", FORCE_COLOR: "0" },
      log: (raw) => {
        file.write(`${raw}\n`);
        const plain = uncoloured(raw);
        const progress = progressOf(plain.trim());
        if (progress !== undefined) log(progress);
        else if (plain.trim() !== "" && !STACK.test(plain) && (problems.length > 0 || ERROR.test(plain)))
          problems.push(plain.trimEnd());
      },
    },
  );
  process.off("SIGINT", note);
  file.end();
  const where = `all that it said: ${path}`;
  const command = `cdktf ${args[0] ?? ""}`;
  if (interruption.seen) {
    throw new UserError(`${command} was interrupted: run the same command again, it goes on from here (${where})`);
  }
  if (code !== 0) throw new UserError(`${problems.slice(0, 60).join("\n")}\n${command} failed; ${where}`);
}

/** A line without colours and without the stack's name before it. */
function uncoloured(line: string): string {
  return stripVTControlCharacters(line).replace(/^[a-z0-9_-]+ {2,}(?=\S)/, "");
}

/** What a line tells of the progress, in fewer words; undefined when it tells nothing. */
function progressOf(line: string): string | undefined {
  const said = PROVISIONER.exec(line)?.[1];
  if (said !== undefined) return said;
  const [, path = "", key = "", what = "", rest = ""] = PROGRESS.exec(line) ?? [];
  if (what !== "")
    return `${path.replace(/\/Resource$/, "")}${key}: ${what.toLowerCase()}${rest.replace(/ \[id=.*\]$/, "")}`;
  return RESULT.test(line) ? line : undefined;
}
