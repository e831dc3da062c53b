import { Observation } from "./observation";

/** What the question `log_agent` answers. */
interface Said {
  readonly unmatched?: readonly { readonly job: string; readonly path: string }[];
}

/**
 * The patterns of a server's log sources that match no file, as sentences. That is no mistake where the application only
 * begins to write, but often a typo.
 */
export function unmatchedPaths({ name, said }: Observation): string[] {
  const { unmatched = [] } = (said.get("log_agent") ?? {}) as Said;
  return unmatched.map(({ job, path }) => `${name}: there is no file ${path}, which the log source "${job}" reads`);
}
