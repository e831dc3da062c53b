import { IConstruct } from "constructs";
import { constructError } from "../synthesis/errors";

/**
 * Validates additional command-line flags.
 *
 * @param owned flags that the role sets from other props
 * @returns the flags
 * @throws if a flag is malformed, or is one of `owned`
 */
export function extraFlags(
  construct: IConstruct,
  flags: readonly string[],
  owned: readonly string[],
): readonly string[] {
  for (const flag of flags) {
    const name = /^--([a-z0-9][a-z0-9.-]*)(=.*)?$/.exec(flag)?.[1];
    if (name === undefined)
      throw constructError(construct, `"${flag}" is not a flag: write "--name" or "--name=value"`);
    if (owned.includes(name))
      throw constructError(construct, `the flag --${name} follows from other props: remove it from extraFlags`);
  }
  return flags;
}
