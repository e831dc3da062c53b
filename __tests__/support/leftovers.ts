import { execFileSync } from "node:child_process";

/**
 * Removes the containers, volumes and network that a killed execution of the same test file left, because they belong to a
 * folder that the next execution does not know. Call it when the Docker engine runs.
 *
 * @param network name of the network, which only one test file uses
 */
export function removeLeftovers(network: string, env: NodeJS.ProcessEnv = process.env): void {
  const docker = (...args: string[]): string => execFileSync("docker", args, { encoding: "utf8", env });
  const labelled = ["--quiet", "--filter", `label=cdktf-monitoring.network=${network}`];
  const kinds: readonly { readonly list: readonly string[]; readonly remove: readonly string[] }[] = [
    { list: ["ps", "--all", ...labelled], remove: ["rm", "--force"] },
    { list: ["volume", "ls", ...labelled], remove: ["volume", "rm"] },
    { list: ["network", "ls", "--quiet", "--filter", `name=^${network}$`], remove: ["network", "rm"] },
  ];
  for (const { list, remove } of kinds) {
    const found = docker(...list)
      .split("\n")
      .filter(Boolean);
    if (found.length > 0) docker(...remove, ...found);
  }
}
