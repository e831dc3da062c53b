import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { AwsNetwork } from "./aws-network";

/** Settings of an {@link AwsDataVolume}. */
export interface AwsDataVolumeProps {
  readonly network: AwsNetwork;
  /** The availability zone of its server. */
  readonly availabilityZone: string;
  /** In GiB. */
  readonly size: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Where the components keep their data. */
const MOUNT = "/var/lib/monitoring";
/** Any free name will do: Nitro instances name their disks themselves. */
const DEVICE = "/dev/sdf";

/** A disk for the components' data, which outlives the instance that it is attached to. */
export class AwsDataVolume extends Construct {
  public readonly resource: EbsVolume;
  /**
   * Shell commands for the instance's first boot that mount the disk. Systemd makes a file system on it where there is
   * none, and waits for it: it is attached after the instance has started.
   */
  public readonly mountCommands: readonly string[];

  public constructor(scope: Construct, id: string, props: AwsDataVolumeProps) {
    super(scope, id);
    const { provider } = props.network;
    this.resource = new EbsVolume(this, "Resource", {
      provider,
      availabilityZone: props.availabilityZone,
      size: props.size,
      type: "gp3",
      encrypted: true,
      tags: { ...props.tags },
    });
    const serial = Fn.replace(this.resource.id, "-", "");
    const disk = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${serial}`;
    const options = "defaults,nofail,x-systemd.makefs,x-systemd.device-timeout=10min";
    this.mountCommands = [
      `mkdir -p ${MOUNT}`,
      `echo '${disk} ${MOUNT} ext4 ${options} 0 2' >> /etc/fstab`,
      "systemctl daemon-reload",
      "systemctl start --no-block var-lib-monitoring.mount",
    ];
  }

  /** Attaches it to its instance; the result's id is another one with each instance. */
  public attach(instanceId: string): VolumeAttachment {
    return new VolumeAttachment(this, "attachment", {
      provider: this.resource.provider,
      volumeId: this.resource.id,
      instanceId,
      deviceName: DEVICE,
      // What is written is written before it goes to another instance.
      stopInstanceBeforeDetaching: true,
    });
  }
}
