import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Log, run } from "../cli/process";
import { privateDirectory, projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";
import { LOCAL_STACK } from "../cli/stack-outputs";

/** The private state folder of the stack. Containers carry it as their owner label. */
const stateDirectory = join(privateDirectory, LOCAL_STACK);
const OWNED = `label=cdktf-monitoring.owner=${stateDirectory}`;

/** A container or network that Terraform created, as its state file lists it. */
interface StateObject {
  readonly address: string;
  readonly type: "container" | "network";
  readonly name: string;
}

/** The parts of Terraform's state file (format 4) that are read here. */
interface State {
  readonly resources?: readonly {
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly index_key?: string;
      readonly attributes: { readonly triggers?: Readonly<Record<string, string>> | null };
    }[];
  }[];
}

/**
 * Starts the containers of the stack that were stopped, and finds those that are missing. Terraform itself does not
 * compare its state with the Docker engine.
 *
 * @returns the resource addresses of missing containers and networks, which a deploy must replace
 */
export async function repairContainers(
  environment: Readonly<Record<string, string>>,
  log: Log,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { address, type, name } of stateObjects()) {
    const found = await docker(environment, [
      type,
      "inspect",
      "--format",
      type === "container" ? "{{.State.Running}}" : "{{.Name}}",
      name,
    ]);
    if (found.code !== 0) {
      log(`the ${type} ${name} is missing: the deploy creates it again`);
      missing.push(address);
    } else if (found.stdout.trim() === "false") {
      log(`the container ${name} was stopped: starting it`);
      const started = await docker(environment, ["start", name]);
      if (started.code !== 0) throw new UserError(`cannot start the container ${name}: ${started.stderr.trim()}`);
    }
  }
  return missing;
}

/** Removes containers, networks and volumes of the stack that Terraform left behind, for example after a killed deploy. */
export async function removeLeftovers(
  environment: Readonly<Record<string, string>>,
  keepData: boolean,
  log: Log,
): Promise<void> {
  await remove(environment, "container", ["rm", "--force", "--volumes"], ["ps", "--all", "--quiet"], log);
  await remove(environment, "network", ["network", "rm"], ["network", "ls", "--quiet"], log);
  if (!keepData) {
    await remove(environment, "volume", ["volume", "rm"], ["volume", "ls", "--quiet"], log);
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}

/** The names of the volumes with the servers' data. */
export async function volumes(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return list(environment, ["volume", "ls", "--format", "{{.Name}}"]);
}

async function remove(
  environment: Readonly<Record<string, string>>,
  type: string,
  command: readonly string[],
  listing: readonly string[],
  log: Log,
): Promise<void> {
  const found = await list(environment, listing);
  if (found.length === 0) return;
  log(`removing ${found.length} leftover ${type}${found.length === 1 ? "" : "s"}`);
  const removed = await docker(environment, [...command, ...found]);
  if (removed.code !== 0) throw new UserError(`docker ${command.join(" ")} failed: ${removed.stderr.trim()}`);
}

async function list(
  environment: Readonly<Record<string, string>>,
  listing: readonly string[],
): Promise<readonly string[]> {
  const { stdout } = await docker(environment, [...listing, "--filter", OWNED]);
  return stdout.split("\n").filter((line) => line !== "");
}

function stateObjects(): StateObject[] {
  const path = join(projectRoot, `terraform.${LOCAL_STACK}.tfstate`);
  if (!existsSync(path)) return [];
  const state = JSON.parse(readFileSync(path, "utf8")) as State;
  return (state.resources ?? []).flatMap(({ type, name, instances }) =>
    instances.flatMap(({ index_key: key, attributes: { triggers } }): StateObject[] => {
      const address = `${type}.${name}${key === undefined ? "" : `["${key}"]`}`;
      const { LOCAL_SERVER: server, LOCAL_NETWORK: network, removal } = triggers ?? {};
      if (server !== undefined && removal !== undefined)
        return [{ address, type: "container", name: (JSON.parse(server) as { container: string }).container }];
      if (network !== undefined)
        return [{ address, type: "network", name: (JSON.parse(network) as { name: string }).name }];
      return [];
    }),
  );
}

async function docker(environment: Readonly<Record<string, string>>, args: readonly string[]): ReturnType<typeof run> {
  return run("docker", args, { environment });
}
