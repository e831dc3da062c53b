import { Eip } from "@cdktf/provider-aws/lib/eip";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { Architecture } from "../../../lib/servers/architecture";
import { cloudConfig } from "../../../lib/servers/cloud-config";
import { hasNvmeDisks, instanceArchitecture, instanceTypeProblem } from "../../../lib/servers/instance-types";
import { constructError, rejectIf } from "../../synthesis/errors";
import { IServer, SshAccess } from "../../contracts";
import { AwsDataVolume } from "./aws-data-volume";
import { AwsInstanceProps, ImportedAwsServer } from "./aws-imported-server";
import { AwsNetwork } from "./aws-network";
import { serverName } from "../server-names";

/** Settings of an {@link AwsServer}. */
export interface AwsServerProps {
  /** The network that it is in. */
  readonly network: AwsNetwork;
  /**
   * The host name, and the label `instance`.
   *
   * @default - the construct's id, without "-server" at its end
   */
  readonly name?: string;
  /**
   * EC2's instance type. Changing it stops and starts the instance.
   *
   * @default "t3.small"
   */
  readonly instanceType?: string;
  /**
   * The id of the machine image: of Debian 12 or 13, or Ubuntu 22.04 or 24.04. Only new instances take it.
   *
   * @default - the newest Debian 12 of the Debian project (https://wiki.debian.org/Cloud/AmazonEC2Image)
   */
  readonly ami?: string;
  /**
   * The user who may log in and use sudo: the image decides.
   *
   * @default "admin" (Debian's)
   */
  readonly user?: string;
  /**
   * Which of the network's subnets it is in, by their order.
   *
   * @default 0
   */
  readonly subnet?: number;
  /**
   * The size of the root volume in GiB, at least the image's (Debian's has 8).
   *
   * @default 16
   */
  readonly rootVolumeSize?: number;
  /**
   * The size in GiB of a volume of its own for the components' data, which outlives the instance.
   *
   * @default - none: data is on the root volume and goes with the instance
   */
  readonly dataVolumeSize?: number;
  /**
   * Whether its public address is an Elastic IP, which stays when the instance is stopped or replaced.
   *
   * @default false
   */
  readonly elasticIp?: boolean;
  /**
   * Tags of all that belongs to it, beside its name.
   *
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * An EC2 instance, and its disks. Neither a new machine image nor other user data, key pairs or tags ever replace it: to
 * replace it on purpose, deploy with `TF_CLI_ARGS_apply=-replace=aws_instance.<…>`; the data volume stays.
 */
export class AwsServer extends Construct implements IServer {
  /**
   * An instance that the user's own stack makes, as a server. It is given the security groups that it needs, and leaves
   * its monitoring without what we installed.
   *
   * @throws when the name is unusable
   */
  public static fromInstance(scope: Construct, id: string, props: AwsInstanceProps): IServer {
    return new ImportedAwsServer(scope, id, props);
  }

  public readonly name: string;
  public readonly id: string;
  public readonly generation: string;
  public readonly address: string;
  public readonly publicAddress: string;
  public readonly bindAddress: string;
  public readonly ssh: SshAccess;
  public readonly network: AwsNetwork;
  public readonly architecture: Architecture;
  public readonly cloudFirewall: AwsNetwork;
  /** The instance, for settings that have no prop here. */
  public readonly resource: Instance;

  /** @throws when the name, the instance type, the subnet or a size is unusable */
  public constructor(scope: Construct, id: string, props: AwsServerProps) {
    super(scope, id);
    this.name = serverName(this, props.name);
    this.network = props.network;
    this.cloudFirewall = props.network;
    const { provider, securityGroups, keyName, keyFile } = this.network;
    const instanceType = props.instanceType ?? "t3.small";
    rejectIf(this, instanceTypeProblem(instanceType));
    this.architecture = instanceArchitecture(instanceType);
    const subnetId = this.subnetOf(props);
    const tags = { ...props.tags, Name: this.name };
    const volume = this.makeDataVolume(props, instanceType, tags);

    securityGroups.add(this);
    this.resource = new Instance(this, "Resource", {
      provider,
      ami: props.ami ?? this.network.newestImage(this.architecture),
      instanceType,
      keyName,
      subnetId,
      vpcSecurityGroupIds: Lazy.listValue({
        produce: () => securityGroups.keysOf(this).map((key) => securityGroups.idOf(key)),
      }),
      // The subnets of our own VPC do it anyway.
      ...(this.network.existing ? { associatePublicIpAddress: true } : {}),
      ...(this.network.ipv6 ? { ipv6AddressCount: 1 } : {}),
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: this.size("rootVolumeSize", props) ?? 16,
        tags,
      },
      userData: cloudConfig(this.name, volume?.mountCommands ?? []),
      tags,
      // What counts at the first boot only is no reason to replace a server.
      lifecycle: { ignoreChanges: ["ami", "user_data", "key_name"] },
    });
    this.id = this.resource.id;
    // By the attachment, so that nothing is installed before the disk is there.
    this.generation = volume?.attach(this.resource.id).id ?? "1";
    this.address = this.resource.privateIp;
    this.bindAddress = this.address;
    this.publicAddress = this.makePublicAddress(props.elasticIp ?? false, tags);
    this.ssh = {
      host: this.publicAddress,
      user: props.user ?? "admin",
      keyFile,
      // From the start of an instance to its sshd it takes a minute, seldom three.
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
        `subnet: the network ${this.network.node.path} has no subnet number ${subnet}: it has ${this.network.subnetIds.length}, counted from 0`,
      );
    return found;
  }

  private size(name: "rootVolumeSize" | "dataVolumeSize", props: AwsServerProps): number | undefined {
    const size = props[name];
    if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= 16_384))
      throw constructError(this, `${name}: got ${size}, give whole GiB from 1 to 16384`);
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
        `dataVolumeSize: the disks of ${instanceType} cannot be told apart: choose a type on the Nitro system, such as "t3.small"`,
      );
    return new AwsDataVolume(this, "data-volume", {
      network: this.network,
      availabilityZone: this.network.zoneOf(props.subnet ?? 0),
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
