import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Log, privateDirectory, projectRoot, run, UserError } from "../cli/common";
import { LOCAL_STACK } from "../cli/stack-outputs";

/** The private folder of the stack's deployments; containers carry it as the name of their owner. */
const stateDirectory = join(privateDirectory, LOCAL_STACK);
const OWNED = `label=cdktf-monitoring.owner=${stateDirectory}`;

/** An instance in Terraform's state that stands for something in the Docker engine. */
interface Instance {
  readonly address: string;
  /** What docker calls it: the type of object, and its name. */
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
 * Compares what Terraform made with what the engine has, for Terraform does not look: starts containers that were
 * stopped.
 *
 * @returns the addresses of what is gone and must be replaced
 */
export async function repairContainers(
  environment: Readonly<Record<string, string>>,
  log: Log,
): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const { address, type, name } of instances()) {
    const found = await docker(environment, [
      type,
      "inspect",
      "--format",
      type === "container" ? "{{.State.Running}}" : "{{.Name}}",
      name,
    ]);
    if (found.code !== 0) {
      log(`the ${type} ${name} is gone: it will be made anew`);
      gone.push(address);
    } else if (found.stdout.trim() === "false") {
      log(`the container ${name} was stopped: starting it`);
      const started = await docker(environment, ["start", name]);
      if (started.code !== 0) throw new UserError(`the container ${name} does not start: ${started.stderr.trim()}`);
    }
  }
  return gone;
}

/** Removes whatever of the stack Terraform left in the engine, say after a deploy that was cut off. */
export async function sweep(environment: Readonly<Record<string, string>>, keepData: boolean, log: Log): Promise<void> {
  await remove(environment, "container", ["rm", "--force", "--volumes"], ["ps", "--all", "--quiet"], log);
  await remove(environment, "network", ["network", "rm"], ["network", "ls", "--quiet"], log);
  if (!keepData) {
    await remove(environment, "volume", ["volume", "rm"], ["volume", "ls", "--quiet"], log);
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}

/** The names of the volumes that hold the servers' data. */
export async function volumes(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return list(environment, ["volume", "ls", "--format", "{{.Name}}"]);
}

async function remove(
  environment: Readonly<Record<string, string>>,
  what: string,
  command: readonly string[],
  listing: readonly string[],
  log: Log,
): Promise<void> {
  const found = await list(environment, listing);
  if (found.length === 0) return;
  log(`removing ${found.length} left-over ${what}${found.length === 1 ? "" : "s"}`);
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

function instances(): Instance[] {
  const path = join(projectRoot, `terraform.${LOCAL_STACK}.tfstate`);
  if (!existsSync(path)) return [];
  const state = JSON.parse(readFileSync(path, "utf8")) as State;
  return (state.resources ?? []).flatMap(({ type, name, instances }) =>
    instances.flatMap(({ index_key: key, attributes: { triggers } }): Instance[] => {
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
