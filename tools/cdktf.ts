import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Log, projectRoot, run, UserError } from "./common";
import { privateDirectory } from "./preparation";

/** How often Terraform repeats that something is still under way says nothing new. */
const NOISE = /: Still (creating|destroying|modifying)\.\.\./;

/**
 * Runs cdktf in the project, quietly: what people want to follow goes to `log`, all of it into a file.
 *
 * @throws UserError with the last of what was said, and where all of it is
 */
export async function cdktf(args: readonly string[], environment: Readonly<Record<string, string>>, log: Log): Promise<void> {
  mkdirSync(privateDirectory, { recursive: true, mode: 0o700 });
  const path = join(privateDirectory, `${args[0] ?? "cdktf"}.log`);
  const file = createWriteStream(path, { mode: 0o600 });
  const problems: string[] = [];
  // Ctrl-C reaches Terraform too, which ends what is under way in good order: wait for that.
  let interrupted = false;
  const note = (): void => {
    interrupted = true;
    log("interrupted: waiting for Terraform to stop in good order");
  };
  process.on("SIGINT", note);
  const { code } = await run("npx", ["cdktf", ...args], {
    cwd: projectRoot,
    // cdktf draws pictures unless it is told that nobody watches; and its update check would ask the internet.
    environment: { ...environment, CI: "1", CHECKPOINT_DISABLE: "1", NO_COLOR: "1", FORCE_COLOR: "0" },
    log: (raw) => {
      file.write(`${raw}\n`);
      const line = readable(raw);
      if (line === undefined) return;
      if (/│|Error:|UNREACHABLE|failed/i.test(line)) problems.push(line);
      log(line);
    },
  });
  process.off("SIGINT", note);
  file.end();
  const where = `all that it said: ${path}`;
  if (interrupted) throw new UserError(`cdktf ${args[0] ?? ""} was interrupted: run the same command again, it goes on from here (${where})`);
  if (code !== 0) throw new UserError(`${problems.slice(-40).join("\n")}\ncdktf ${args.join(" ")} failed; ${where}`);
}

/** A line of cdktf's output as people want it, or undefined when it says nothing. */
function readable(line: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- Terraform may colour its lines all the same
  const plain = line.replace(/\u001b\[[0-9;]*m/g, "").replace(/^[a-z0-9_-]+ {2,}/, "").trimEnd();
  if (plain.trim() === "" || NOISE.test(plain)) return undefined;
  return plain.replace(/^null_resource\.\S+ \(local-exec\): /, "");
}
