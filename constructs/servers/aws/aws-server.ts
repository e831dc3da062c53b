import { Eip } from "@cdktf/provider-aws/lib/eip";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { Architecture } from "../../../lib/servers/architecture";
import { cloudConfig } from "../../../lib/servers/cloud-config";
import { hasNvmeDisks, instanceArchitecture, instanceTypeProblem } from "../../../lib/servers/instance-types";
import { literalForTerraform } from "../../../lib/templates";
import { IServer, SshAccess } from "../../contracts";
import { constructError, rejectIf } from "../../synthesis/errors";
import { HOST_NAME_LENGTH, serverName } from "../server-names";
import { AwsDataVolume } from "./aws-data-volume";
import { AwsInstanceProps, ImportedAwsServer } from "./aws-imported-server";
import { AwsNetwork } from "./aws-network";

/** Settings of an {@link AwsServer}. */
export interface AwsServerProps {
  /** Network of the instance. */
  readonly network: AwsNetwork;
  /**
   * Host name, and the label `instance` in metrics and logs: at most 63 characters, such as `db1` or `db1.example.com`.
   *
   * @default - the construct id without the suffix "-server"
   */
  readonly name?: string;
  /**
   * EC2 instance type. A change stops and starts the instance.
   *
   * @default "t3.small"
   */
  readonly instanceType?: string;
  /**
   * Id of the machine image: Debian 12 or 13, or Ubuntu 22.04 or 24.04. A change applies to new instances only.
   *
   * @default - the newest Debian 12 image of the Debian project (<https://wiki.debian.org/Cloud/AmazonEC2Image>)
   */
  readonly ami?: string;
  /**
   * SSH user that the image defines. The user needs sudo rights without a password.
   *
   * @default "admin" (the user of Debian's images)
   */
  readonly user?: string;
  /**
   * Index of the subnet in the `subnetIds` of the network.
   *
   * @default 0
   */
  readonly subnet?: number;
  /**
   * Size of the root volume in GiB. It must not be smaller than the image (Debian 12: 8 GiB).
   *
   * @default 16
   */
  readonly rootVolumeSize?: number;
  /**
   * Size in GiB of a separate volume for the data of components. The volume survives a replacement of the instance.
   *
   * @default - no separate volume; the data is on the root volume and is deleted with the instance
   */
  readonly dataVolumeSize?: number;
  /**
   * Whether the public address is an Elastic IP, which stays the same when the instance is stopped or replaced.
   *
   * @default false
   */
  readonly elasticIp?: boolean;
  /**
   * Tags of the instance, its volumes and its Elastic IP, in addition to `Name`.
   *
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * An EC2 instance with its volumes.
 *
 * A new machine image, user data or key pair does not replace the instance. To replace it, deploy with
 * `TF_CLI_ARGS_apply=-replace=aws_instance.<name>`. The data volume is kept.
 *
 * @example
 * const vpc = new AwsNetwork(this, "vpc", { keyPair: KeyPair.named("deployer") });
 * const hubServer = new AwsServer(this, "hub-server", { network: vpc, dataVolumeSize: 20, elasticIp: true });
 * new MonitoringHost(this, "hub", { monitoring, server: hubServer });
 */
export class AwsServer extends Construct implements IServer {
  /**
   * Returns a server for an EC2 instance that your stack creates. The instance gets the security groups of the
   * monitoring. When the server leaves its monitoring, the components are uninstalled.
   *
   * @throws if the name or the jump host is malformed
   */
  public static fromInstance(scope: Construct, id: string, props: AwsInstanceProps): IServer {
    return new ImportedAwsServer(scope, id, props);
  }

  public readonly name: string;
  public readonly id: string;
  public readonly generation: string;
  public readonly dataDiskSize: number;
  public readonly address: string;
  public readonly publicAddress: string;
  public readonly bindAddress: string;
  public readonly ssh: SshAccess;
  public readonly network: AwsNetwork;
  public readonly architecture: Architecture;
  /** Services listen on the private IPv4 address. @internal */
  public readonly _family: number = 4;
  public readonly cloudFirewall: AwsNetwork;
  /** Instance resource, for settings without a prop. */
  public readonly resource: Instance;

  /** @throws if the name, the instance type, the subnet or a size is not valid */
  public constructor(scope: Construct, id: string, props: AwsServerProps) {
    super(scope, id);
    this.name = serverName(this, props.name, HOST_NAME_LENGTH);
    this.network = props.network;
    this.cloudFirewall = props.network;
    const { provider, _securityGroups, keyName, keyFile } = this.network;
    const instanceType = props.instanceType ?? "t3.small";
    rejectIf(this, instanceTypeProblem(instanceType));
    this.architecture = instanceArchitecture(instanceType);
    const subnetId = this.subnetOf(props);
    const tags = literalForTerraform({ ...props.tags, Name: this.name });
    const volume = this.makeDataVolume(props, instanceType, tags);
    const rootVolumeSize = this.size("rootVolumeSize", props) ?? 16;
    this.dataDiskSize = props.dataVolumeSize ?? rootVolumeSize;

    _securityGroups._add(this);
    this.resource = new Instance(this, "Resource", {
      provider,
      ami: literalForTerraform(props.ami) ?? this.network._newestImage(this.architecture),
      instanceType,
      keyName,
      subnetId,
      vpcSecurityGroupIds: Lazy.listValue({
        produce: () => _securityGroups._keysOf(this).map((key) => _securityGroups._idOf(key)),
      }),
      // The subnets of a new VPC assign public addresses by default.
      ...(this.network._existing ? { associatePublicIpAddress: true } : {}),
      ...(this.network.ipv6 ? { ipv6AddressCount: 1 } : {}),
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: rootVolumeSize,
        tags,
      },
      userData: cloudConfig(this.name, volume?.mountCommands ?? []),
      tags,
      // These settings matter only at the first boot, so a change must not replace the server.
      lifecycle: { ignoreChanges: ["ami", "user_data", "key_name"] },
    });
    this.id = this.resource.id;
    // A reference to the attachment makes Terraform attach the volume before a run installs components.
    this.generation = volume?.attach(this.resource.id).id ?? "1";
    this.address = this.resource.privateIp;
    this.bindAddress = this.address;
    this.publicAddress = this.makePublicAddress(props.elasticIp ?? false, tags);
    this.ssh = {
      host: this.publicAddress,
      user: props.user ?? "admin",
      keyFile,
      // A new instance accepts SSH connections after about one minute, rarely after three.
      waitSeconds: 300,
    };
  }

  public endpoint(port: number): string {
    return `${this.publicAddress}:${port}`;
  }

  private subnetOf({ subnet = 0 }: AwsServerProps): string {
    const found = this.network.subnetIds[subnet];
    if (found === undefined)
      throw constructError(
        this,
        `subnet: the network ${this.network.node.path} has no subnet ${subnet}: use an index from 0 to ${this.network.subnetIds.length - 1}`,
      );
    return found;
  }

  private size(name: "rootVolumeSize" | "dataVolumeSize", props: AwsServerProps): number | undefined {
    const size = props[name];
    if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= 16_384))
      throw constructError(this, `${name}: ${size} is not a volume size: use a whole number of GiB from 1 to 16384`);
    return size;
  }

  private makeDataVolume(
    props: AwsServerProps,
    instanceType: string,
    tags: Readonly<Record<string, string>>,
  ): AwsDataVolume | undefined {
    const size = this.size("dataVolumeSize", props);
    if (size === undefined) return undefined;
    if (!hasNvmeDisks(instanceType))
      throw constructError(
        this,
        `dataVolumeSize: the instance type ${instanceType} is not on the Nitro system, so its disks have no volume ids: use an instance type such as "t3.small"`,
      );
    return new AwsDataVolume(this, "data-volume", {
      network: this.network,
      availabilityZone: this.network._zoneOf(props.subnet ?? 0),
      size,
      tags: { ...tags, Name: `${this.name}-data` },
    });
  }

  private makePublicAddress(elastic: boolean, tags: Readonly<Record<string, string>>): string {
    if (!elastic) return this.resource.publicIp;
    return new Eip(this, "elastic-ip", {
      provider: this.network.provider,
      domain: "vpc",
      instance: this.resource.id,
      tags: { ...tags },
    }).publicIp;
  }
}
