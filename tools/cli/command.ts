import { inClone } from "./project";
import { UserError } from "./user-error";

/** The framework of this package, and the name of its program. The package for CDK Terrain contains "cdktn" here. */
export const FRAMEWORK = "cdktf";
/** The program of this package. */
export const PROGRAM = `npx ${FRAMEWORK}-monitoring`;

/** The command line that runs a command, to be shown to the user. */
export function toolCommand(name: string, argument = "", options = ""): string {
  const words = inClone ? ["npm run", name, argument, options && "--", options] : [PROGRAM, name, argument, options];
  return words.filter(Boolean).join(" ");
}

/** The synopsis of a command, for its `--help`. */
export function usage(name: string, argument = ""): string {
  const words = inClone ? ["npm run", name, argument, "[-- options]"] : [PROGRAM, name, argument, "[options]"];
  return words.filter(Boolean).join(" ");
}

/**
 * Runs a command and ends this process if the command throws. Prints a {@link UserError} or an invalid option without a
 * stack trace.
 *
 * @param failed exit status if the command throws
 */
export function main(command: () => Promise<void> | void, failed = 1): void {
  const run = async (): Promise<void> => command();
  run().catch((error: unknown) => {
    const forUser =
      error instanceof UserError ||
      (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
    console.error(forUser ? `\n${error.message}` : error);
    process.exit(failed);
  });
}
