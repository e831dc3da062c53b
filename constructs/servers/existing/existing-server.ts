import { Token } from "cdktf";
import { Construct } from "constructs";
import { addressProblem, sshPortProblem } from "../../../lib/network/address";
import { Architecture } from "../../../lib/servers/architecture";
import { hostPort } from "../../../lib/network/host-port";
import { jumpHostProblem } from "../../../lib/network/jump-host";
import { constructError } from "../../synthesis/errors";
import { IServer, IServerNetwork, OnLeave, SshAccess } from "../../contracts";
import { serverName } from "../server-names";

/** Settings of an {@link ExistingServer}. */
export interface ExistingServerProps {
  /** Name or IP address by which SSH reaches it: from the machine that deploys, or from the jump host. */
  readonly address: string;
  /**
   * A user who is root or may use sudo without a password.
   *
   * @default "root"
   */
  readonly user?: string;
  /**
   * The port of its sshd.
   *
   * @default 22
   */
  readonly port?: number;
  /**
   * The private key's file on the machine that deploys; `~` is the home folder, and what is relative counts from the
   * project.
   *
   * @default - the SSH agent's keys, else the user's own defaults
   */
  readonly keyFile?: string;
  /**
   * A server to go through, as `user@host:port`; user and port may be left out, and an IPv6 address with a port stands
   * in brackets. It is let in by the same key, and its host key is pinned when it is seen first.
   *
   * @default - none
   */
  readonly jumpHost?: string;
  /**
   * The server's public host keys (`ssh-ed25519 AAAA…`), for whoever does not want to trust the first one.
   *
   * @default - the key that is seen first is pinned
   */
  readonly hostKeys?: readonly string[];
  /**
   * The host name in the inventory, and the label `instance`. The machine's own host name is left alone.
   *
   * @default - the construct's id, without "-server" at its end
   */
  readonly name?: string;
  /**
   * The private network that it is in: members of one network dial each other's private addresses.
   *
   * @default - one of its own: the others dial its public address
   */
  readonly network?: IServerNetwork;
  /**
   * Its name or IP address in `network`.
   *
   * @default - `address`
   */
  readonly privateAddress?: string;
  /**
   * What members of other networks dial, and technicians open.
   *
   * @default - `address`; none behind a jump host, for what that dials need not be reachable from anywhere else
   */
  readonly publicAddress?: string;
  /**
   * The address that services listen on. It must be the machine's own from boot on, which a public address often is not.
   *
   * @default "" - all addresses
   */
  readonly bindAddress?: string;
  /**
   * The architecture of its processor, whose archives are installed.
   *
   * @default Architecture.AMD64
   */
  readonly architecture?: Architecture;
  /**
   * Change it (to anything) when the machine was installed anew: its host key is trusted anew, and all runs go over it
   * again.
   *
   * @default "1"
   */
  readonly generation?: string;
  /**
   * What becomes of what we installed when the server leaves its monitoring, or the stack is destroyed. A change counts
   * from the deploy that follows it. When the monitoring itself is taken out of the code nothing is removed any more:
   * destroy the stack, or take out its members first.
   *
   * @default OnLeave.UNINSTALL
   */
  readonly onLeave?: OnLeave;
}

/** Seconds that a run waits for SSH: the machine is there already, so it is at most about to reboot. */
const WAIT_SECONDS = 30;

/**
 * A server that you already have, of whatever origin: Debian or Ubuntu with systemd and sshd. Nothing is made or
 * destroyed but what is installed on it; there is no firewall but its own.
 */
export class ExistingServer extends Construct implements IServer, IServerNetwork {
  public readonly name: string;
  public readonly id: string;
  public readonly generation: string;
  public readonly address: string;
  public readonly publicAddress?: string;
  public readonly bindAddress: string;
  public readonly ssh: SshAccess;
  public readonly network: IServerNetwork;
  public readonly architecture: Architecture;
  public readonly onLeave: OnLeave;

  /** @throws when the name, an address, the port, the jump host, a host key or the generation is malformed */
  public constructor(scope: Construct, id: string, props: ExistingServerProps) {
    super(scope, id);
    this.name = serverName(this, props.name);
    this.check(props);
    const port = props.port ?? 22;
    this.network = props.network ?? this;
    this.address = props.privateAddress ?? props.address;
    this.publicAddress = props.publicAddress ?? (props.jumpHost === undefined ? props.address : undefined);
    this.bindAddress = props.bindAddress ?? "";
    this.architecture = props.architecture ?? Architecture.AMD64;
    this.generation = props.generation ?? "1";
    this.onLeave = props.onLeave ?? OnLeave.UNINSTALL;
    // By name too, for networks behind two jump hosts may use the same addresses.
    this.id = `${this.name}@${hostPort(props.address, port)}`;
    this.ssh = {
      host: props.address,
      port,
      user: props.user ?? "root",
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
    const { address, privateAddress, publicAddress, bindAddress, port, jumpHost, generation } = props;
    const addresses = { address, privateAddress, publicAddress, ...(bindAddress === "" ? {} : { bindAddress }) };
    for (const [setting, value] of Object.entries(addresses)) this.checkOne(setting, value, addressProblem);
    this.checkOne("port", port, sshPortProblem);
    this.checkOne("jumpHost", jumpHost, jumpHostProblem);
    this.checkOne("generation", generation, generationProblem);
    for (const key of props.hostKeys ?? []) this.checkOne("hostKeys", key, hostKeyProblem);
    if (privateAddress !== undefined && props.network === undefined) {
      throw constructError(
        this,
        `privateAddress: ${privateAddress} is dialled within a network, and none is named: add network: new ExistingNetwork(…), the same one for all servers in it`,
      );
    }
  }

  /** What Terraform finds out only when it applies cannot be checked here. */
  private checkOne<T>(setting: string, value: T | undefined, check: (value: T) => string | undefined): void {
    if (value === undefined || Token.isUnresolved(value)) return;
    const found = check(value);
    if (found !== undefined) throw constructError(this, `${setting}: ${found}`);
  }
}

/** It becomes part of the name under which SSH knows the host's key. */
function generationProblem(generation: string): string | undefined {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(generation)) return undefined;
  return `"${generation}" must have letters, digits, dots, hyphens and underscores only, such as "2"`;
}

function hostKeyProblem(key: string): string | undefined {
  if (/^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$/.test(key)) return undefined;
  return `"${key}" is not a public host key such as "ssh-ed25519 AAAA…": copy the line of /etc/ssh/ssh_host_ed25519_key.pub`;
}
