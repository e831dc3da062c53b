import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Architecture } from "../../lib/servers/architecture";
import { Artifacts } from "../../lib/artifacts";
import { Ipv4Block } from "../../lib/network/ipv4-block";
import { InventoryHost, InventoryRun, renderInventory } from "../../lib/inventory/inventory";
import { Variables } from "../../lib/inventory/variables";
import { projectRoot } from "../../tools/cli/project";
import { run, RunResult } from "../../tools/cli/process";
import { ensureEngine } from "../../tools/local/engine";
import { removeLeftovers } from "./leftovers";
import type { HostResult } from "./project";

/** Timeout of a run in milliseconds. On a slow machine, a run takes up to half a minute. */
export const RUN_TIMEOUT = 120_000;

/** The architecture of this machine and of its local servers. */
export const architecture = process.arch === "arm64" ? Architecture.ARM64 : Architecture.AMD64;

/** A run's `result.json`. */
export interface Result {
  readonly hosts: Readonly<Record<string, HostResult & { readonly warnings?: readonly string[] }>>;
  readonly tasks: readonly { readonly name: string; readonly host: string; readonly begin: boolean }[];
}

/** Returns a run of a built-in playbook that installs no component, with the variables of each of its hosts. */
export function plainRun(name: string, hosts: Readonly<Record<string, Variables>>): InventoryRun {
  return {
    name,
    playbook: `${name}.yml`,
    content: "test",
    component: false,
    artifacts: [],
    secrets: [],
    variables: {},
    hosts: new Map(Object.entries(hosts)),
  };
}

/** Returns the run that installs a built-in component, with the variables of each of its hosts. */
export function componentRun(kind: string, hosts: Readonly<Record<string, Variables>>): InventoryRun {
  const request = Artifacts.fromEnvironment()._request(kind, architecture);
  const version = { [`${kind}_version`]: request.version };
  const withVersion = Object.entries(hosts).map(([name, variables]) => [name, { ...version, ...variables }] as const);
  return { ...plainRun(kind, Object.fromEntries(withVersion)), component: true, artifacts: [request] };
}

/** Local servers on a separate network. A test plays runs on them with an inventory as a synthesis renders it. */
export class Lab {
  /** The controller's address on the servers' network. */
  public readonly gateway: string;
  /** The folder of the private state, with the SSH key and the host keys. */
  public readonly state: string;
  private readonly project: string;
  private readonly block: Ipv4Block;
  private docker: Record<string, string> = {};

  /** @param subnet at least 16 addresses that no other test uses */
  public constructor(
    private readonly prefix: string,
    subnet: string,
    private readonly names: readonly string[],
  ) {
    this.block = new Ipv4Block(subnet);
    this.gateway = this.block.address(1);
    this.project = mkdtempSync(join(tmpdir(), `${prefix}-`));
    this.state = join(this.project, ".cdktf-monitoring", "test");
    mkdirSync(this.state, { recursive: true });
  }

  /** Starts the servers. */
  public async create(): Promise<void> {
    const { dockerHost } = await ensureEngine(() => undefined);
    this.docker = dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost };
    removeLeftovers(this.prefix, { ...process.env, ...this.docker });
    this.containers("network", "create");
    for (const name of this.names) this.containers("server", "create", name);
  }

  /** Removes the servers, the network and the state. */
  public destroy(): void {
    for (const name of this.names) this.containers("server", "destroy", name);
    this.containers("network", "destroy");
    rmSync(this.project, { recursive: true });
  }

  /** Returns a server's address. */
  public address(name: string): string {
    return this.block.address(10 + this.names.indexOf(name));
  }

  /**
   * Runs a shell command on a server, and returns its output. Throws if the command fails.
   *
   * @param input standard input of the command; by default, it has none
   */
  public on(name: string, command: string, input?: string): string {
    const options = input === undefined ? [] : ["--interactive"];
    return this.engine(["exec", ...options, this.container(name), "sh", "-c", command], input);
  }

  /** Writes a file on a server, and creates its folder if there is none. */
  public write(name: string, path: string, content: string): void {
    const base64 = Buffer.from(content).toString("base64");
    this.on(name, `mkdir -p ${dirname(path)} && echo ${base64} | base64 -d > ${path}`);
  }

  /** Restarts a server. */
  public restart(name: string): void {
    this.engine(["restart", this.container(name)]);
  }

  /** Returns the private key for SSH to the servers. */
  public get keyFile(): string {
    return join(this.state, "ssh/id_ed25519");
  }

  /** Returns the file with a server's host key in the format of `known_hosts`. */
  public knownHosts(name: string): string {
    return join(this.state, "known_hosts.d", this.container(name));
  }

  /**
   * Returns the inventory of a deploy with these runs as JSON.
   *
   * @param declared the servers' architecture in the inventory
   */
  public inventory(runs: readonly InventoryRun[], declared = architecture): string {
    return JSON.stringify(
      renderInventory({
        monitoring: "test",
        artifactLocation: Artifacts.fromEnvironment()._location,
        hosts: this.names.map((host) => this.host(host, declared)),
        runs,
      }),
    );
  }

  /** Plays a run. */
  public async play(name: string, runs: readonly InventoryRun[], ...options: string[]): Promise<RunResult> {
    return this.playInventory(name, this.inventory(runs), ...options);
  }

  /** Plays a run of an inventory. */
  public async playInventory(name: string, inventory: string, ...options: string[]): Promise<RunResult> {
    return this.deploy([name], inventory, {}, ...options);
  }

  /** Plays runs of an inventory at the same time, as one deploy does. */
  public async deploy(
    names: readonly string[],
    inventory: string,
    environment: Readonly<Record<string, string>> = {},
    ...options: string[]
  ): Promise<RunResult> {
    const file = join(this.project, "inventory.json");
    writeFileSync(file, inventory);
    const command = [join(projectRoot, "playbooks/run.py"), "--inventory", file, ...options].map((word) => `'${word}'`);
    const started = names.map((name) => `python3 ${command.join(" ")} ${name} & pids="$pids $!";`);
    const script = `${started.join(" ")} for pid in $pids; do wait $pid || code=$?; done; exit \${code:-0}`;
    // Runs identify their deploy by the nearest process that is not a shell. Each call is a deploy of its own.
    return run("timeout", ["900", "sh", "-c", script], {
      environment: { MONITORING_STATE: this.state, ...environment },
    });
  }

  /** Returns the result of a run's last execution. */
  public result(name: string): Result {
    return JSON.parse(readFileSync(join(this.state, "runs", name, "result.json"), "utf8")) as Result;
  }

  private host(name: string, declared: Architecture): InventoryHost {
    const address = this.address(name);
    return {
      connection: {
        host: address,
        port: 22,
        user: "root",
        keyFile: this.keyFile,
        knownHostsFile: this.knownHosts(name),
        hostKeys: [],
        hostKeyAlias: this.container(name),
        waitSeconds: 20,
      },
      location: { network: this.prefix },
      facts: { name, id: "1", generation: "1", address, bind: address, architecture: declared },
    };
  }

  private container(name: string): string {
    return `${this.prefix}-${name}`;
  }

  private engine(args: readonly string[], input?: string): string {
    const env = { ...process.env, ...this.docker };
    return execFileSync("docker", args, { encoding: "utf8", env, input, maxBuffer: 64 * 1024 * 1024 }).trim();
  }

  private containers(kind: string, verb: string, name = ""): void {
    const network = { name: this.prefix, subnet: this.block.cidr, gateway: this.gateway };
    const { LOCAL_DEBIAN: debian } = process.env;
    const server = { network: this.prefix, container: this.container(name), name, address: this.address(name), debian };
    execFileSync("python3", [join(projectRoot, "constructs/servers/local/scripts/containers.py"), kind, verb], {
      env: {
        ...process.env,
        ...this.docker,
        MONITORING_STATE: this.state,
        LOCAL_NETWORK: JSON.stringify(network),
        LOCAL_SERVER: JSON.stringify(server),
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
  }
}
