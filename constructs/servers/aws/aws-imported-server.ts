import { Instance } from "@cdktf/provider-aws/lib/instance";
import { NetworkInterfaceSgAttachment } from "@cdktf/provider-aws/lib/network-interface-sg-attachment";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { Architecture } from "../../../lib/servers/architecture";
import { instanceArchitecture } from "../../../lib/servers/instance-types";
import { jumpHostProblem } from "../../../lib/network/jump-host";
import { lazyForEach } from "../../synthesis/lazy-values";
import { rejectIf } from "../../synthesis/errors";
import { IServer, OnLeave, SshAccess } from "../../contracts";
import { AwsNetwork } from "./aws-network";
import { serverName } from "../server-names";

/** Settings of `AwsServer.fromInstance`. */
export interface AwsInstanceProps {
  /** The instance. */
  readonly instance: Instance;
  /** The network that it is in: the VPC's, by the prop `vpc`. */
  readonly network: AwsNetwork;
  /**
   * The host name, and the label `instance`.
   *
   * @default - the construct's id, without "-server" at its end
   */
  readonly name?: string;
  /**
   * The user who may log in and use sudo.
   *
   * @default "admin" (Debian's)
   */
  readonly user?: string;
  /**
   * The private key's file on the controller.
   *
   * @default - the network's
   */
  readonly keyFile?: string;
  /**
   * A server to go through, as `user@host:port`; then the instance is reached by its private address only.
   *
   * @default - none
   */
  readonly jumpHost?: string;
  /**
   * The server's public host keys (`ssh-ed25519 AAAA…`).
   *
   * @default - the key that is seen first is pinned
   */
  readonly hostKeys?: readonly string[];
  /**
   * The architecture of its processor, whose archives are installed.
   *
   * @default - that of the instance's type
   */
  readonly architecture?: Architecture;
  /**
   * Change it when the machine was installed anew under the same instance id.
   *
   * @default "1"
   */
  readonly generation?: string;
  /**
   * What becomes of what we installed when the server leaves its monitoring.
   *
   * @default OnLeave.UNINSTALL
   */
  readonly onLeave?: OnLeave;
}

/** An instance of the user's own stack, as a server. */
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
      keyFile: keyFile ?? this.network.keyFile,
      jumpHost,
      hostKeys: props.hostKeys,
      waitSeconds: 300,
    };
    this.network.securityGroups.add(this);
    this.attachGroups(instance);
  }

  public endpoint(port: number): string {
    return `${this.publicAddress ?? this.address}:${port}`;
  }

  /** A list of groups that the instance names itself is lengthened, for Terraform would take others off again. */
  private attachGroups(instance: Instance): void {
    const { securityGroups, provider } = this.network;
    const keys = (): readonly string[] => securityGroups.keysOf(this);
    const named = instance.vpcSecurityGroupIdsInput;
    if (named) {
      instance.vpcSecurityGroupIds = Lazy.listValue({
        produce: () => [...named, ...keys().map((key) => securityGroups.idOf(key))],
      });
      return;
    }
    const groups = lazyForEach(this, "groups", () =>
      Object.fromEntries(keys().map((key) => [key, { id: securityGroups.idOf(key) }])),
    );
    new NetworkInterfaceSgAttachment(this, "group", {
      forEach: groups,
      provider,
      networkInterfaceId: instance.primaryNetworkInterfaceId,
      securityGroupId: groups.getString("id"),
    });
  }
}
