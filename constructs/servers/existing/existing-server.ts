import { Token } from "cdktf";
import { Construct } from "constructs";
import { isIP } from "node:net";
import { addressProblem, sshPortProblem } from "../../../lib/network/address";
import { hostPort } from "../../../lib/network/host-port";
import { Secret } from "../../../lib/inventory/secret";
import { Architecture } from "../../../lib/servers/architecture";
import { sshAccessProblem } from "../../../lib/servers/ssh-access";
import { IServer, IServerNetwork, OnLeave, SshAccess } from "../../contracts";
import { constructError, rejectIf } from "../../synthesis/errors";
import { serverName } from "../server-names";

/** Settings of an {@link ExistingServer}. */
export interface ExistingServerProps {
  /** Host name or IP address for SSH, as seen from the controller, or from the jump host if there is one. */
  readonly address: string;
  /**
   * SSH user: root, or a user who can use sudo. If sudo asks for a password, `sudoPassword` is required.
   *
   * @default "root"
   */
  readonly user?: string;
  /**
   * Password that sudo asks the user for. Every step of a deploy uses it, also when the server leaves.
   *
   * @default - sudo asks for no password
   */
  readonly sudoPassword?: Secret;
  /**
   * Port of the SSH server.
   *
   * @default 22
   */
  readonly port?: number;
  /**
   * Private key file on the controller. `~` is the home directory; a relative path starts at the project.
   *
   * @default - the keys of the SSH agent, else the default keys of the user
   */
  readonly keyFile?: string;
  /**
   * Jump host, as `user@host:port`. User and port are optional. An IPv6 address with a port needs brackets. The jump
   * host accepts the same key as the server. Its host key is pinned by the first deploy of the stack that uses it.
   *
   * @default - a direct connection
   */
  readonly jumpHost?: string;
  /**
   * Public host keys of the server, such as `ssh-ed25519 AAAA…`.
   *
   * @default - the host key is pinned on first use, unless the private folder of the stack was lost
   */
  readonly hostKeys?: readonly string[];
  /**
   * Name in the inventory, and the label `instance` in metrics and logs, such as `db1` or `db1.example.com`. The host
   * name of the machine does not change.
   *
   * @default - the construct id without the suffix "-server"
   */
  readonly name?: string;
  /**
   * Private network of the server. Servers of one network connect to each other's private addresses.
   *
   * @default - no private network; other servers connect to the public address
   */
  readonly network?: IServerNetwork;
  /**
   * Host name or IP address of the server in the private network `network`.
   *
   * @default - the value of `address`
   */
  readonly privateAddress?: string;
  /**
   * Address that servers of other networks connect to, and at which technicians open the web UIs.
   *
   * @default - the value of `address`. With a jump host: none, because `address` may be reachable only from the jump
   * host
   */
  readonly publicAddress?: string;
  /**
   * Second IP address: IPv6 if the addresses above are IPv4, or the other way round. Servers of every network that have
   * only addresses of this family connect to it.
   *
   * @default - none; the server connects only to servers with an address of its family
   */
  readonly secondAddress?: string;
  /**
   * Address on which services listen. The machine must have this address at boot. A public address often belongs to a
   * gateway and not to the machine.
   *
   * @default "" (all addresses)
   */
  readonly bindAddress?: string;
  /**
   * CPU architecture. It determines which release archives are installed.
   *
   * @default Architecture.AMD64
   */
  readonly architecture?: Architecture;
  /**
   * Size of the disk with the folder /var/lib/monitoring, in GiB. If it is set, the synthesis warns if the data of the
   * components can grow larger.
   *
   * @default - unknown
   */
  readonly dataDiskSize?: number;
  /**
   * Version of the installation. Change it after you reinstall the machine: the next deploy pins the new host key and
   * runs all playbooks on the server again.
   *
   * @default "1"
   */
  readonly generation?: string;
  /**
   * What a deploy does with the installed components when the server leaves its monitoring, or the stack is destroyed. A
   * changed value takes effect with the next deploy, so deploy once before you remove the server. If you remove the
   * `Monitoring` itself from the code, nothing is uninstalled: remove its members first, or destroy the stack.
   *
   * @default OnLeave.UNINSTALL
   */
  readonly onLeave?: OnLeave;
}

/** Time in seconds that a run waits for SSH. An existing machine answers at once, unless it is rebooting. */
const WAIT_SECONDS = 30;

/**
 * A server that you already have, with Debian or Ubuntu, systemd and sshd.
 *
 * A deploy installs components on the server and uninstalls them, but it neither creates nor destroys the server. Only
 * the host firewall is managed: the library does not configure a cloud firewall in front of the server.
 *
 * @example
 * const db = new ExistingServer(this, "db-server", {
 *   address: "203.0.113.7",
 *   user: "admin",
 *   keyFile: "~/.ssh/id_ed25519",
 * });
 * new MonitoredServer(this, "db", { monitoring, server: db });
 */
export class ExistingServer extends Construct implements IServer, IServerNetwork {
  public readonly name: string;
  public readonly id: string;
  public readonly generation: string;
  public readonly address: string;
  public readonly publicAddress?: string;
  public readonly secondAddress?: string;
  public readonly bindAddress: string;
  public readonly ssh: SshAccess;
  public readonly network: IServerNetwork;
  public readonly architecture: Architecture;
  public readonly onLeave: OnLeave;
  public readonly dataDiskSize?: number;

  /** @throws if the name, an address, the port, the jump host, a host key or the generation is malformed */
  public constructor(scope: Construct, id: string, props: ExistingServerProps) {
    super(scope, id);
    this.name = serverName(this, props.name);
    this.check(props);
    const port = props.port ?? 22;
    this.network = props.network ?? this;
    this.address = props.privateAddress ?? props.address;
    this.publicAddress = props.publicAddress ?? (props.jumpHost === undefined ? props.address : undefined);
    this.secondAddress = props.secondAddress;
    this.bindAddress = props.bindAddress ?? "";
    this.architecture = props.architecture ?? Architecture.AMD64;
    this.generation = props.generation ?? "1";
    this.dataDiskSize = props.dataDiskSize;
    this.onLeave = props.onLeave ?? OnLeave.UNINSTALL;
    // The id contains the name too, because networks behind two jump hosts may use the same addresses.
    this.id = `${this.name}@${hostPort(props.address, port)}`;
    this.ssh = {
      host: props.address,
      port,
      user: props.user ?? "root",
      sudoPassword: props.sudoPassword,
      keyFile: props.keyFile,
      jumpHost: props.jumpHost,
      hostKeys: props.hostKeys,
      hostKeyAlias: `${this.id}#${this.generation}`,
      waitSeconds: WAIT_SECONDS,
    };
  }

  public endpoint(port: number): string {
    return hostPort(this.publicAddress ?? this.address, port);
  }

  private check(props: ExistingServerProps): void {
    const { address, privateAddress, publicAddress, secondAddress, bindAddress, port, generation } = props;
    const addresses = {
      address,
      privateAddress,
      publicAddress,
      secondAddress,
      ...(bindAddress === "" ? {} : { bindAddress }),
    };
    for (const [setting, value] of Object.entries(addresses)) this.checkOne(setting, value, addressProblem);
    this.checkOne("port", port, sshPortProblem);
    rejectIf(
      this,
      sshAccessProblem({ ...props, host: address, user: props.user ?? "root" }, (text) => !Token.isUnresolved(text)),
    );
    this.checkOne("generation", generation, generationProblem);
    this.checkOne("dataDiskSize", props.dataDiskSize, diskSizeProblem);
    this.checkSecond(props);
    if (privateAddress !== undefined && props.network === undefined) {
      throw constructError(
        this,
        `privateAddress: ${privateAddress} is used only within a network: set network to the same ExistingNetwork on all servers of that network`,
      );
    }
  }

  private checkSecond({ address, privateAddress, publicAddress, secondAddress }: ExistingServerProps): void {
    if (secondAddress === undefined || Token.isUnresolved(secondAddress)) return;
    const family = isIP(secondAddress);
    const same = [privateAddress ?? address, publicAddress ?? address].find((other) => isIP(other) === family);
    if (family !== 0 && same === undefined) return;
    const reason = same === undefined ? "is a host name" : `has the same family as ${same}`;
    throw constructError(this, `secondAddress: ${secondAddress} ${reason}: set the IP address of the other family`);
  }

  /** Checks a value unless it is a token, which only Terraform resolves. */
  private checkOne<T>(setting: string, value: T | undefined, check: (value: T) => string | undefined): void {
    if (value === undefined || Token.isUnresolved(value)) return;
    const found = check(value);
    if (found !== undefined) throw constructError(this, `${setting}: ${found}`);
  }
}

/** Returns the problem with a generation, or undefined. The generation is a part of the host key alias for SSH. */
function generationProblem(generation: string): string | undefined {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(generation)) return undefined;
  return `"${generation}" is not valid: use letters, digits, dots, hyphens and underscores, at most 64 characters, such as "2"`;
}

/** Returns the problem with the size of a disk, or undefined. */
function diskSizeProblem(size: number): string | undefined {
  return size > 0 && Number.isFinite(size)
    ? undefined
    : `${size} is not a size: use a number of GiB greater than 0, such as 100`;
}
