import { spawnSync } from "node:child_process";
import { projectRoot } from "../../tools/cli/project";

/** The exit status and the output of a command. */
export interface ToolResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command of this project as `npm run` does.
 *
 * @param file path of the command below `tools/`
 * @param environment variables that are added to the environment of the tests
 */
export function runTool(file: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ToolResult {
  return spawnSync(process.execPath, ["--import", "tsx", `tools/${file}`, ...args], {
    cwd: projectRoot,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
}
