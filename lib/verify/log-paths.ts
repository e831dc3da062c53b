import { Observation } from "./observation";

/** The result of `checks/log_agent.py`. */
interface LogAgentResult {
  readonly unmatched?: readonly { readonly job: string; readonly path: string }[];
}

/**
 * The paths of a server's log sources that match no file, one line each. The cause is often a typo, but the path may be
 * correct if the application has not written anything yet.
 */
export function unmatchedLogPaths({ name, checks }: Observation): string[] {
  const { unmatched = [] } = (checks.get("log_agent") ?? {}) as LogAgentResult;
  return unmatched.map(({ job, path }) => `${name}: ${path} (log source "${job}")`);
}
