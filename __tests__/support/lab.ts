import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Architecture } from "../../lib/servers/architecture";
import { Artifacts } from "../../lib/artifacts";
import { Ipv4Block } from "../../lib/network/ipv4-block";
import { InventoryHost, InventoryRun, renderInventory } from "../../lib/inventory/inventory";
import { projectRoot } from "../../tools/cli/project";
import { run, RunResult } from "../../tools/cli/process";
import { ensureEngine } from "../../tools/local/engine";
import type { HostResult } from "./project";

/** The architecture of this machine, and so of its local servers. */
export const architecture = process.arch === "arm64" ? Architecture.ARM64 : Architecture.AMD64;

/** What a run left in its `result.json`. */
export interface Result {
  readonly hosts: Readonly<Record<string, HostResult & { readonly warnings?: readonly string[] }>>;
  readonly tasks: readonly { readonly name: string; readonly host: string; readonly begin: boolean }[];
}

/** Local servers on a network of their own, on which a test plays runs with the inventory that a synthesis would render. */
export class Lab {
  /** Where the controller is, as the servers see it. */
  public readonly gateway: string;
  /** The folder of the private state. */
  public readonly state: string;
  private readonly project: string;
  private readonly block: Ipv4Block;
  private docker: Record<string, string> = {};

  /** @param subnet of at least a dozen addresses, that no other test uses */
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
    this.containers("network", "create");
    for (const name of this.names) this.containers("server", "create", name);
  }

  /** Removes all that was made. */
  public destroy(): void {
    for (const name of this.names) this.containers("server", "destroy", name);
    this.containers("network", "destroy");
    rmSync(this.project, { recursive: true });
  }

  /** A server's address. */
  public address(name: string): string {
    return this.block.address(10 + this.names.indexOf(name));
  }

  /** What a command says on a server; it fails as the command does. */
  public on(name: string, command: string): string {
    return this.engine("exec", this.container(name), "sh", "-c", command);
  }

  /** Boots a server anew. */
  public restart(name: string): void {
    this.engine("restart", this.container(name));
  }

  /** The inventory that a deploy with these runs would leave, as JSON. */
  public inventory(runs: readonly InventoryRun[]): string {
    return JSON.stringify(
      renderInventory({
        monitoring: "test",
        artifactLocation: Artifacts.fromEnvironment().location,
        hosts: this.names.map((host) => this.host(host)),
        runs,
      }),
    );
  }

  /** Plays a run. */
  public async play(name: string, runs: readonly InventoryRun[], ...options: string[]): Promise<RunResult> {
    const file = join(this.project, "inventory.json");
    writeFileSync(file, this.inventory(runs));
    return run("python3", [join(projectRoot, "playbooks/run.py"), name, "--inventory", file, ...options], {
      environment: { MONITORING_STATE: this.state },
    });
  }

  /** What the last run of that name came to. */
  public result(name: string): Result {
    return JSON.parse(readFileSync(join(this.state, "runs", name, "result.json"), "utf8")) as Result;
  }

  private host(name: string): InventoryHost {
    const address = this.address(name);
    return {
      connection: {
        host: address,
        port: 22,
        user: "root",
        keyFile: join(this.state, "ssh/id_ed25519"),
        knownHostsFile: join(this.state, "known_hosts.d", this.container(name)),
        hostKeys: [],
        hostKeyAlias: this.container(name),
        waitSeconds: 20,
      },
      place: { network: this.prefix },
      facts: { name, id: "1", generation: "1", address, bind: address, architecture },
    };
  }

  private container(name: string): string {
    return `${this.prefix}-${name}`;
  }

  private engine(...args: string[]): string {
    return execFileSync("docker", args, { encoding: "utf8", env: { ...process.env, ...this.docker } }).trim();
  }

  private containers(kind: string, verb: string, name = ""): void {
    const network = { name: this.prefix, subnet: this.block.cidr, gateway: this.gateway };
    const server = { network: this.prefix, container: this.container(name), name, address: this.address(name) };
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
