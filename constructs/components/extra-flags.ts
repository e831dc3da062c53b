import { IConstruct } from "constructs";
import { constructError } from "../synthesis/errors";

/**
 * Command-line flags that a user adds, checked.
 *
 * @param owned flags that the role sets itself from other settings
 * @throws when one is no flag, or is one of `owned`
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
      throw constructError(
        construct,
        `the flag --${name} follows from the construct's other settings: remove it from extraFlags`,
      );
  }
  return flags;
}
