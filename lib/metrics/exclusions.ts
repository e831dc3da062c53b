import { flagRules } from "../flags";
import { expressionProblem } from "../receivers/regular-expression";

/** Regular expressions for everything that the node exporter leaves out, by the name of the prop. */
export interface Exclusions {
  readonly excludedMountPoints: readonly string[];
  readonly excludedFilesystemTypes: readonly string[];
  readonly excludedNetworkDevices: readonly string[];
}

/** The flags of the node exporter that the role derives from each prop. */
const FLAGS: Readonly<Record<keyof Exclusions, readonly string[]>> = {
  excludedMountPoints: ["collector.filesystem.mount-points-exclude"],
  excludedFilesystemTypes: ["collector.filesystem.fs-types-exclude"],
  excludedNetworkDevices: ["collector.netdev.device-exclude", "collector.netclass.ignored-devices"],
};

/**
 * Returns what is wrong with exclusions, or undefined.
 *
 * @param extraFlags flags of the user, which replace the flags that the role derives from the exclusions
 */
export function exclusionProblem(exclusions: Exclusions, extraFlags: readonly string[]): string | undefined {
  for (const prop of Object.keys(FLAGS) as (keyof Exclusions)[]) {
    for (const expression of exclusions[prop]) {
      const found = expressionProblem(expression);
      if (found !== undefined) return `${prop}: "${expression}": ${found}`;
      if (prop === "excludedMountPoints" && !/^[(/.]/.test(expression))
        return `${prop}: "${expression}" matches no absolute path: begin it with "/"`;
    }
    const replacing = FLAGS[prop].flatMap((name) => [name, ...(flagRules.node_exporter?.replaceable[name] ?? [])]);
    const flag = extraFlags.map((each) => each.replace(/^--|=.*$/g, "")).find((name) => replacing.includes(name));
    if (exclusions[prop].length > 0 && flag !== undefined)
      return `${prop} has no effect, because extraFlags contains --${flag}: use one of them`;
  }
  return undefined;
}
