import { Construct } from "constructs";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../lib/paths";
import { Architecture } from "../../../lib/servers/architecture";
import { constructError } from "../../synthesis/errors";
import { IServer, SshAccess } from "../../contracts";
import { stateFile } from "../../synthesis/state";
import { LocalNetwork } from "./local-network";
import { serverName } from "../server-names";

/** Paths in the state folder of a stack. The scripts that create the containers read the same file. */
const stateFiles = JSON.parse(
  readFileSync(join(packageRoot, "constructs", "servers", "local", "scripts", "state-files.json"), "utf8"),
) as { readonly keyFile: string; readonly knownHostsDirectory: string };

/** Settings of a {@link LocalServer}. */
export interface LocalServerProps {
  /** The network that it is in. */
  readonly network: LocalNetwork;
  /**
   * The host name, and the label `instance`.
   *
   * @default - the construct's id, without "-server" at its end
   */
  readonly name?: string;
  /**
   * Its address in the network.
   *
   * @default - one that follows from its name
   */
  readonly address?: string;
  /**
   * The architecture of its processor, whose archives are installed.
   *
   * @default - this machine's
   */
  readonly architecture?: Architecture;
  /**
   * Ports that are published on the loopback address beside SSH, where the network publishes ports at all.
   *
   * @default - none
   */
  readonly publish?: readonly number[];
}

/**
 * A server on this machine: a container that boots Debian 12 with systemd and sshd. Data in /var/lib/monitoring is in a
 * volume that outlives the container, until the server leaves the stack.
 */
export class LocalServer extends Construct implements IServer {
  public readonly name: string;
  public readonly id: string;
  public readonly generation: string = "1";
  public readonly address: string;
  public readonly bindAddress: string;
  public readonly ssh: SshAccess;
  public readonly network: LocalNetwork;
  public readonly architecture: Architecture;
  /** The container's name. */
  public readonly container: string;
  /** The ports that are published where the network publishes ports. */
  public readonly _publish: readonly number[];

  /** @throws when the name is unusable, or the address is taken or outside the network */
  public constructor(scope: Construct, id: string, props: LocalServerProps) {
    super(scope, id);
    this.name = serverName(this, props.name);
    this.network = props.network;
    this.container = `${this.network.name}-${this.name}`;
    this._publish = [22, ...(props.publish ?? [])];
    this.architecture = props.architecture ?? machineArchitecture(this);
    this.address = this.network._add(this, props.address);
    this.bindAddress = this.network.published ? "" : this.address;
    this.id = this.network._machineId(this);
    this.ssh = {
      ...(this.network.published
        ? { host: "127.0.0.1", port: this.network._publishedPort(this, 22) }
        : { host: this.address }),
      user: "root",
      keyFile: stateFile(this.network, stateFiles.keyFile),
      knownHostsFile: stateFile(this.network, `${stateFiles.knownHostsDirectory}/${this.container}`),
      hostKeyAlias: this.container,
      // It answered when it was made.
      waitSeconds: 20,
    };
  }

  public endpoint(port: number): string {
    return this.network.published ? `127.0.0.1:${this.network._publishedPort(this, port)}` : `${this.address}:${port}`;
  }
}

function machineArchitecture(server: LocalServer): Architecture {
  if (process.arch === "x64") return Architecture.AMD64;
  if (process.arch === "arm64") return Architecture.ARM64;
  throw constructError(server, `this machine is ${process.arch}: containers here can only be amd64 or arm64`);
}
