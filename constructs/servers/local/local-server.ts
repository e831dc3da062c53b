import { Construct } from "constructs";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../lib/paths";
import { Architecture } from "../../../lib/servers/architecture";
import { IServer, SshAccess } from "../../contracts";
import { constructError } from "../../synthesis/errors";
import { stateFile } from "../../synthesis/state";
import { HOST_NAME_LENGTH, serverName } from "../server-names";
import { LocalNetwork } from "./local-network";

/** Paths in the state folder of a stack. The scripts that create the containers read the same file. */
const stateFiles = JSON.parse(
  readFileSync(join(packageRoot, "constructs", "servers", "local", "scripts", "state-files.json"), "utf8"),
) as { readonly keyFile: string; readonly knownHostsDirectory: string };

/** Settings of a {@link LocalServer}. */
export interface LocalServerProps {
  /** Network of the server. */
  readonly network: LocalNetwork;
  /**
   * Host name, and the label `instance` in metrics and logs: at most 63 characters, such as `db1` or `db1.example.com`.
   *
   * @default - the construct id without the suffix "-server"
   */
  readonly name?: string;
  /**
   * IP address in the network.
   *
   * @default - derived from the name
   */
  readonly address?: string;
  /**
   * CPU architecture. It determines which release archives are installed.
   *
   * @default - the architecture of this machine
   */
  readonly architecture?: Architecture;
  /**
   * Ports to publish on the loopback address in addition to SSH. They are published only if the network publishes ports.
   *
   * @default - none
   */
  readonly publish?: readonly number[];
}

/**
 * A server on this machine: a container that boots Debian with systemd and sshd.
 *
 * The data in /var/lib/monitoring is in a volume that survives a replacement of the container. When you remove the
 * server from the code, the next deploy deletes the volume. A container is not a security boundary.
 *
 * @example
 * const dbServer = new LocalServer(this, "db-server", { network });
 * new MonitoredServer(this, "db", { monitoring, server: dbServer });
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
  /** Name of the container. */
  public readonly container: string;
  /**
   * Ports that are published if the network publishes ports.
   *
   * @internal
   */
  public readonly _publish: readonly number[];
  /** @internal */
  public readonly _local = true;

  /** @throws if the name is not valid, or the address is reserved, outside the network or used by another server */
  public constructor(scope: Construct, id: string, props: LocalServerProps) {
    super(scope, id);
    this.name = serverName(this, props.name, HOST_NAME_LENGTH);
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
      // The script that creates the container has already waited for SSH.
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
  throw constructError(
    server,
    `the architecture ${process.arch} of this machine is not supported: use a machine with amd64 or arm64`,
  );
}
