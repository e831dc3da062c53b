import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import {
  AssetType,
  Fn,
  LocalExecProvisioner,
  MapTerraformIterator,
  TerraformAsset,
  TerraformLocal,
  TerraformStack,
  Token,
} from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import { Ipv4Block } from "../../../lib/network/ipv4-block";
import { contentHash } from "../../../lib/inventory/content-hash";
import { HostAddresses } from "../../../lib/network/host-addresses";
import { packageRoot } from "../../../lib/paths";
import { lazyForEach } from "../../synthesis/lazy-values";
import { requireNullProvider } from "../../synthesis/provider";
import { withConstructPath, constructError } from "../../synthesis/errors";
import { IServerNetwork } from "../../contracts";
import { stateDirectory } from "../../synthesis/state";
import type { LocalServer } from "./local-server";
import { checkNetworkName } from "../server-names";

/** Settings of a {@link LocalNetwork}. */
export interface LocalNetworkProps {
  /**
   * What the names of the network, its containers and volumes begin with. Two projects on one Docker engine need
   * different ones.
   *
   * @default - the stack's name
   */
  readonly prefix?: string;
  /**
   * The subnet, in 198.18.0.0/15, which is reserved for benchmarks (RFC 2544) and so is nobody's LAN.
   *
   * @default "198.18.0.0/20"
   */
  readonly subnet?: string;
  /**
   * The Docker engine's address, such as `unix:///run/user/1000/docker.sock`.
   *
   * @default - DOCKER_HOST in the environment of the synthesis, else docker's own default
   */
  readonly dockerHost?: string;
  /**
   * Whether ports are published on the loopback address too, for engines whose containers the machine cannot reach
   * directly (Docker Desktop).
   *
   * @default - true anywhere but on Linux
   */
  readonly published?: boolean;
}

/** What is handed to `containers.py` for one server. */
interface ServerDescription {
  readonly network: string;
  readonly container: string;
  readonly name: string;
  readonly address: string;
  readonly publish: Readonly<Record<string, number>>;
}

const SCRIPTS = join("constructs", "servers", "local", "scripts");
/** What the provisioners hand over from the triggers: all that a destroy provisioner can see. */
const TRIGGERS = ["LOCAL_NETWORK", "LOCAL_SERVER", "DOCKER_HOST"];
/** Published ports begin here; those below are often taken. */
const FIRST_PUBLISHED_PORT = 20_000;
const PUBLISHED_PORTS = 40_000;

/**
 * A Docker network on this machine, and the containers in it that stand for servers.
 *
 * A server that leaves the stack is removed with its data by the next deploy. When the network itself leaves the stack,
 * Terraform no longer knows how to remove anything: take the stack down first.
 */
export class LocalNetwork extends Construct implements IServerNetwork {
  public readonly name: string;
  /** This machine as the servers see it, as a CIDR block: the technician of a local stack. */
  public readonly gateway: string;
  /** Whether ports are published on the loopback address. */
  public readonly published: boolean;
  private readonly addresses: HostAddresses;
  private readonly servers = new Map<string, LocalServer>();
  private readonly publishedPorts = new Map<number, string>();
  private readonly resource: NullResource;
  /** The ids of the servers' machines, by their names. */
  private readonly machines: TerraformLocal;

  /** @throws when the prefix or the subnet is malformed or too small */
  public constructor(scope: Construct, id: string, props: LocalNetworkProps = {}) {
    super(scope, id);
    this.name = props.prefix ?? TerraformStack.of(this).node.id;
    checkNetworkName(this, "prefix", 32);
    this.published = props.published ?? process.platform !== "linux";
    const subnet = props.subnet ?? "198.18.0.0/20";
    const block = this.parseSubnet(subnet);
    this.addresses = new HostAddresses(block);
    const gateway = block.address(1);
    this.gateway = `${gateway}/32`;

    requireNullProvider(this);
    const scripts = join(packageRoot, SCRIPTS);
    const asset = new TerraformAsset(this, "scripts", {
      path: scripts,
      type: AssetType.DIRECTORY,
      assetHash: contentHash(scripts, ["."]),
    });
    const dockerHost = props.dockerHost ?? process.env.DOCKER_HOST ?? "";
    const run = (what: string, when?: "destroy"): LocalExecProvisioner => ({
      type: "local-exec",
      ...(when === undefined ? {} : { when }),
      command: `exec python3 ${asset.path}/containers.py ${what}`,
      environment: {
        MONITORING_STATE: stateDirectory(this),
        ...Object.fromEntries(TRIGGERS.map((name) => [name, `\${lookup(self.triggers, "${name}", "")}`])),
      },
    });

    this.resource = new NullResource(this, "Resource", {
      triggers: { LOCAL_NETWORK: JSON.stringify({ name: this.name, subnet, gateway }), DOCKER_HOST: dockerHost },
      provisioners: [run("network create"), run("network destroy", "destroy")],
    });
    // A block that leaves the configuration runs no destroy provisioner: what must be undone stands in these two, whose
    // entries come and go. "removal" knows only what it takes to remove a server, so that another change keeps its data.
    const removed = this.eachServer("each-removal", ({ network, container, name }) => ({
      LOCAL_SERVER: JSON.stringify({ network, container, name }),
      DOCKER_HOST: dockerHost,
    }));
    const removal = new NullResource(this, "removal", {
      forEach: removed,
      triggers: Token.asStringMap(removed.value),
      provisioners: [run("server destroy", "destroy")],
      dependsOn: [this.resource],
      // Another spelling of the engine's address must not remove data; which engine to ask is remembered from the start.
      lifecycle: { ignoreChanges: ['triggers["DOCKER_HOST"]'] },
    });
    const created = this.eachServer("each-server", (server) => ({
      LOCAL_SERVER: JSON.stringify(server),
      DOCKER_HOST: dockerHost,
    }));
    const before = {
      removal: Fn.lookupNested(this.idsOf("removals", removal).fqn, [created.key]) as unknown,
      network: this.resource.id,
    };
    const server = new NullResource(this, "server", {
      forEach: created,
      triggers: Token.asStringMap(Fn.merge([created.value, before])),
      provisioners: [run("server create")],
    });
    this.machines = this.idsOf("machines", server);
  }

  /** Called by servers when they are constructed: takes an address for them. */
  public add(server: LocalServer, wanted?: string): string {
    if (this.servers.has(server.name)) {
      throw constructError(server, `the network has a server "${server.name}" already: give one of them another name`);
    }
    const address = withConstructPath(server, "", () => this.addresses.allocate(server.name, wanted));
    this.servers.set(server.name, server);
    return address;
  }

  /** What stands for a server's machine: changes when its container is another one. */
  public machineId(server: LocalServer): string {
    // As a raw string the name is rendered in brackets: an instance is found by its key, not by an attribute.
    return Token.asString(Fn.lookupNested(this.machines.fqn, [Fn.rawString(server.name)]));
  }

  /** The loopback port under which a port of a server is published. */
  public publishedPort(server: LocalServer, port: number): number {
    const key = `${server.name}:${port}`;
    for (const [taken, holder] of this.publishedPorts) if (holder === key) return taken;
    const offset = this.addresses.offsetOf(server.address) * 31 + port;
    let published = FIRST_PUBLISHED_PORT + (offset % PUBLISHED_PORTS);
    while (this.publishedPorts.has(published)) published += 1;
    this.publishedPorts.set(published, key);
    return published;
  }

  private parseSubnet(subnet: string): Ipv4Block {
    const block = withConstructPath(this, "subnet: ", () => new Ipv4Block(subnet));
    if (block.size < 8) throw constructError(this, `subnet: "${subnet}" is too small: give it a mask of 29 or less`);
    return block;
  }

  /**
   * The ids of a resource's instances by their keys, as one value: each reference to one instance makes Terraform read all
   * of them, and the plan of a thousand servers took it minutes.
   */
  private idsOf(id: string, { fqn }: NullResource): TerraformLocal {
    return new TerraformLocal(this, id, `\${{ for key, each in ${fqn} : key => each.id }}`);
  }

  private eachServer(
    id: string,
    triggers: (server: ServerDescription) => Readonly<Record<string, string>>,
  ): MapTerraformIterator {
    return lazyForEach(this, id, () =>
      Object.fromEntries([...this.servers].map(([name, server]) => [name, triggers(this.describe(server))])),
    );
  }

  private describe(server: LocalServer): ServerDescription {
    const publish = this.published
      ? server.publish.map((port) => [String(port), this.publishedPort(server, port)] as const)
      : [];
    return {
      network: this.name,
      container: server.container,
      name: server.name,
      address: server.address,
      publish: Object.fromEntries(publish),
    };
  }
}
