import { Instance } from "@cdktf/provider-aws/lib/instance";
import { NetworkInterfaceSgAttachment } from "@cdktf/provider-aws/lib/network-interface-sg-attachment";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { Secret } from "../../../lib/inventory/secret";
import { jumpHostProblem } from "../../../lib/network/jump-host";
import { Architecture } from "../../../lib/servers/architecture";
import { instanceArchitecture } from "../../../lib/servers/instance-types";
import { IServer, OnLeave, SshAccess } from "../../contracts";
import { rejectIf } from "../../synthesis/errors";
import { lazyForEach } from "../../synthesis/lazy-values";
import { serverName } from "../server-names";
import { AwsNetwork } from "./aws-network";

/** Settings of {@link AwsServer.fromInstance}. */
export interface AwsInstanceProps {
  /** EC2 instance that your stack creates. */
  readonly instance: Instance;
  /** Network of the instance. Its prop `vpc` must name the VPC of the instance. */
  readonly network: AwsNetwork;
  /**
   * Name in the inventory, and the label `instance` in metrics and logs, such as `db1` or `db1.example.com`. The host
   * name of the machine does not change.
   *
   * @default - the construct id without the suffix "-server"
   */
  readonly name?: string;
  /**
   * SSH user: root, or a user who can use sudo. If sudo asks for a password, `sudoPassword` is required.
   *
   * @default "admin" (the user of Debian's images)
   */
  readonly user?: string;
  /**
   * Password that sudo asks the user for. Every step of a deploy uses it, also when the server leaves.
   *
   * @default - sudo asks for no password
   */
  readonly sudoPassword?: Secret;
  /**
   * Private key file on the controller.
   *
   * @default - the key file of the network
   */
  readonly keyFile?: string;
  /**
   * Jump host, as `user@host:port`. With a jump host, only the private address of the instance is used.
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
   * CPU architecture. It determines which release archives are installed.
   *
   * @default - derived from the instance type
   */
  readonly architecture?: Architecture;
  /**
   * Version of the installation. Change it after you reinstall the machine under the same instance id.
   *
   * @default "1"
   */
  readonly generation?: string;
  /**
   * What a deploy does with the installed components when the server leaves its monitoring.
   *
   * @default OnLeave.UNINSTALL
   */
  readonly onLeave?: OnLeave;
}

/** A server for an EC2 instance that the user's stack creates. */
export class ImportedAwsServer extends Construct implements IServer {
  public readonly name: string;
  public readonly id: string;
  public readonly generation: string;
  public readonly address: string;
  public readonly publicAddress?: string;
  public readonly bindAddress: string;
  public readonly ssh: SshAccess;
  public readonly network: AwsNetwork;
  public readonly architecture: Architecture;
  /** Services listen on the private IPv4 address. @internal */
  public readonly _family: number = 4;
  public readonly cloudFirewall: AwsNetwork;
  public readonly onLeave: OnLeave;

  public constructor(scope: Construct, id: string, props: AwsInstanceProps) {
    super(scope, id);
    const { instance, jumpHost, keyFile } = props;
    this.name = serverName(this, props.name);
    if (jumpHost !== undefined) rejectIf(this, jumpHostProblem(jumpHost));
    this.network = props.network;
    this.cloudFirewall = props.network;
    this.id = instance.id;
    this.generation = props.generation ?? "1";
    this.address = instance.privateIp;
    this.bindAddress = this.address;
    this.publicAddress = jumpHost === undefined ? instance.publicIp : undefined;
    this.architecture = props.architecture ?? instanceArchitecture(instance.instanceTypeInput ?? "");
    this.onLeave = props.onLeave ?? OnLeave.UNINSTALL;
    this.ssh = {
      host: this.publicAddress ?? this.address,
      user: props.user ?? "admin",
      sudoPassword: props.sudoPassword,
      keyFile: keyFile ?? this.network.keyFile,
      jumpHost,
      hostKeys: props.hostKeys,
      waitSeconds: 300,
    };
    this.network._securityGroups._add(this);
    this.attachGroups(instance);
  }

  public endpoint(port: number): string {
    return `${this.publicAddress ?? this.address}:${port}`;
  }

  /**
   * Adds the groups to the list of security groups in the instance. Terraform would detach groups that are not in this
   * list. If the instance has no list, attaches the groups to its network interface.
   */
  private attachGroups(instance: Instance): void {
    const { _securityGroups, provider } = this.network;
    const keys = (): readonly string[] => _securityGroups._keysOf(this);
    const listed = instance.vpcSecurityGroupIdsInput;
    if (listed) {
      instance.vpcSecurityGroupIds = Lazy.listValue({
        produce: () => [...listed, ...keys().map((key) => _securityGroups._idOf(key))],
      });
      return;
    }
    const groups = lazyForEach(this, "groups", () =>
      Object.fromEntries(keys().map((key) => [key, { id: _securityGroups._idOf(key) }])),
    );
    new NetworkInterfaceSgAttachment(this, "group", {
      forEach: groups,
      provider,
      networkInterfaceId: instance.primaryNetworkInterfaceId,
      securityGroupId: groups.getString("id"),
    });
  }
}
