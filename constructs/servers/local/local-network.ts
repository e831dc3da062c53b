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
import { Construct, IConstruct } from "constructs";
import { join } from "node:path";
import { contentHash } from "../../../lib/inventory/content-hash";
import { HostAddresses } from "../../../lib/network/host-addresses";
import { Ipv4Block } from "../../../lib/network/ipv4-block";
import { packageRoot } from "../../../lib/paths";
import { PYTHON } from "../../../lib/python";
import { literalForTerraform } from "../../../lib/templates";
import { IServerNetwork } from "../../contracts";
import { constructError, withConstructPath } from "../../synthesis/errors";
import { lazyForEach } from "../../synthesis/lazy-values";
import { requireNullProvider } from "../../synthesis/provider";
import { stateDirectory } from "../../synthesis/state";
import { checkNetworkName } from "../server-names";

/** Settings of a {@link LocalNetwork}. */
export interface LocalNetworkProps {
  /**
   * Prefix of the names of the network, its containers and its volumes. Two projects on one Docker engine need different
   * prefixes.
   *
   * @default - the name of the stack
   */
  readonly prefix?: string;
  /**
   * Subnet of the network. The default is in 198.18.0.0/15, which no LAN uses, because it is reserved for benchmarks
   * (RFC 2544).
   *
   * @default "198.18.0.0/20"
   */
  readonly subnet?: string;
  /**
   * Release of Debian that the servers run: `"12"` or `"13"`. A change replaces the containers, and keeps their data.
   *
   * @default "12"
   */
  readonly debian?: string;
  /**
   * Address of the Docker engine, such as `unix:///run/user/1000/docker.sock`.
   *
   * @default - `DOCKER_HOST` in the environment of the synthesis, else the default of Docker
   */
  readonly dockerHost?: string;
  /**
   * Whether ports are published on the loopback address. Set it to true if this machine cannot reach the containers
   * directly, as with Docker Desktop.
   *
   * @default - false on Linux, else true
   */
  readonly published?: boolean;
}

/** A server's container in the network. */
export interface ILocalContainer extends IConstruct {
  /** Name of the server. */
  readonly name: string;
  /** Name of the container. */
  readonly container: string;
  /** IP address in the network. */
  readonly address: string;
  /** Ports that are published if the network publishes ports. */
  readonly _publish: readonly number[];
}

/** Description of a server for `containers.py`. */
interface ServerDescription {
  readonly network: string;
  readonly container: string;
  readonly name: string;
  readonly address: string;
  /** Published port on the loopback address, by port of the server. */
  readonly publish: Readonly<Record<string, number>>;
  /** Release of Debian. Absent for the default, so that servers from before this setting are not replaced. */
  readonly debian?: string;
}

const SCRIPTS = join("constructs", "servers", "local", "scripts");
/** Triggers that become environment variables. A destroy provisioner can read only the triggers of its resource. */
const TRIGGERS = ["LOCAL_NETWORK", "LOCAL_SERVER", "DOCKER_HOST"];
const DEFAULT_RELEASE = "12";
/** Releases of Debian for which `image.py` builds an image. */
const RELEASES = [DEFAULT_RELEASE, "13"];
/** The first published port. Lower ports are often in use. */
const FIRST_PUBLISHED_PORT = 20_000;
/** Size of the range of published ports. */
const PUBLISHED_PORTS = 40_000;

/**
 * A Docker network on this machine, for {@link LocalServer}s.
 *
 * When you remove a server from the code, the next deploy removes its container and its data. Before you remove the
 * network itself from the code, destroy the stack, because Terraform cannot remove the containers without the network.
 *
 * @example
 * const lan = new LocalNetwork(this, "lan", { prefix: "demo", subnet: "198.18.64.0/24" });
 * new LocalServer(this, "web-server", { network: lan });
 */
export class LocalNetwork extends Construct implements IServerNetwork {
  public readonly name: string;
  /** Address of this machine in the network, as a CIDR block. Pass it to the `Monitoring` as a technician. */
  public readonly gateway: string;
  /** Whether ports are published on the loopback address. */
  public readonly published: boolean;
  private readonly debian: string;
  private readonly addresses: HostAddresses;
  private readonly servers = new Map<string, ILocalContainer>();
  private readonly publishedPorts = new Map<number, string>();
  private readonly resource: NullResource;
  /** Id of each server's container, by the name of the server. */
  private readonly machines: TerraformLocal;

  /** @throws if the prefix or the subnet is malformed, the subnet is too small, or there is no image of the release */
  public constructor(scope: Construct, id: string, props: LocalNetworkProps = {}) {
    super(scope, id);
    this.name = props.prefix ?? TerraformStack.of(this).node.id;
    checkNetworkName(this, "prefix", 32);
    this.published = props.published ?? process.platform !== "linux";
    this.debian = props.debian ?? DEFAULT_RELEASE;
    if (!RELEASES.includes(this.debian))
      throw constructError(this, `debian: "${this.debian}" is not available: use "${RELEASES.join('" or "')}"`);
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
    const script = (action: string, when?: "destroy"): LocalExecProvisioner => ({
      type: "local-exec",
      ...(when === undefined ? {} : { when }),
      command: `exec ${PYTHON} ${asset.path}/containers.py ${action}`,
      environment: {
        MONITORING_STATE: stateDirectory(this),
        ...Object.fromEntries(TRIGGERS.map((name) => [name, `\${lookup(self.triggers, "${name}", "")}`])),
      },
    });

    this.resource = new NullResource(this, "Resource", {
      triggers: {
        LOCAL_NETWORK: JSON.stringify({ name: this.name, subnet, gateway }),
        DOCKER_HOST: literalForTerraform(dockerHost),
      },
      provisioners: [script("network create"), script("network destroy", "destroy")],
    });
    // Terraform runs no destroy provisioner for a block that was removed from the configuration. Therefore the number of
    // blocks is fixed, and a server that leaves removes only its entry. The triggers of "removal" contain only the identity
    // of a server, so that no other change deletes its data.
    const removed = this.eachServer("each-removal", ({ network, container, name }) => ({
      LOCAL_SERVER: JSON.stringify({ network, container, name }),
      DOCKER_HOST: dockerHost,
    }));
    const removal = new NullResource(this, "removal", {
      forEach: removed,
      triggers: Token.asStringMap(removed.value),
      provisioners: [script("server destroy", "destroy")],
      dependsOn: [this.resource],
      // Another spelling of the engine's address must not delete data, so the state keeps the first spelling.
      lifecycle: { ignoreChanges: ['triggers["DOCKER_HOST"]'] },
    });
    const created = this.eachServer("each-server", (server) => ({
      LOCAL_SERVER: JSON.stringify(server),
      DOCKER_HOST: dockerHost,
    }));
    const dependencies = {
      removal: Fn.lookupNested(this.idsOf("removals", removal).fqn, [created.key]) as unknown,
      network: this.resource.id,
    };
    const server = new NullResource(this, "server", {
      forEach: created,
      triggers: Token.asStringMap(Fn.merge([created.value, dependencies])),
      provisioners: [script("server create")],
    });
    this.machines = this.idsOf("machines", server);
  }

  /**
   * Adds a server and assigns an address to it. The constructor of each server calls this method.
   *
   * @param requested a fixed address
   * @throws if the network has a server of the same name, or the address is reserved, outside the network or
   * used by another server
   * @internal
   */
  public _add(server: ILocalContainer, requested?: string): string {
    if (this.servers.has(server.name)) {
      throw constructError(server, `the network has another server "${server.name}": rename one of them`);
    }
    const address = withConstructPath(server, "", () => this.addresses.allocate(server.name, requested));
    this.servers.set(server.name, server);
    return address;
  }

  /**
   * Returns the id of a server's container, which changes with each new container.
   *
   * @internal
   */
  public _machineId(server: ILocalContainer): string {
    // A raw string is rendered in brackets, which selects an entry by its key instead of an attribute by its name.
    return Token.asString(Fn.lookupNested(this.machines.fqn, [Fn.rawString(server.name)]));
  }

  /**
   * Returns the port on the loopback address under which a port of a server is published.
   *
   * @internal
   */
  public _publishedPort(server: ILocalContainer, port: number): number {
    const key = `${server.name}:${port}`;
    for (const [used, holder] of this.publishedPorts) if (holder === key) return used;
    const offset = this.addresses.offsetOf(server.address) * 31 + port;
    let published = FIRST_PUBLISHED_PORT + (offset % PUBLISHED_PORTS);
    while (this.publishedPorts.has(published)) published += 1;
    this.publishedPorts.set(published, key);
    return published;
  }

  private parseSubnet(subnet: string): Ipv4Block {
    const block = withConstructPath(this, "subnet: ", () => new Ipv4Block(subnet));
    if (block.size < 8) throw constructError(this, `subnet: "${subnet}" is too small: use a /29 block or a larger one`);
    return block;
  }

  /**
   * Returns the ids of all instances of a resource by their keys, as one local value. Terraform reads all instances for
   * each reference to one of them. Without the local value, the plan of a thousand servers would take minutes.
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

  private describe(server: ILocalContainer): ServerDescription {
    const publish = this.published
      ? server._publish.map((port) => [String(port), this._publishedPort(server, port)] as const)
      : [];
    return {
      network: this.name,
      container: server.container,
      name: server.name,
      address: server.address,
      publish: Object.fromEntries(publish),
      ...(this.debian === DEFAULT_RELEASE ? {} : { debian: this.debian }),
    };
  }
}
