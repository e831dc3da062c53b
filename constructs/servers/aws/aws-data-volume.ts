import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { AwsNetwork } from "./aws-network";

/** Settings of an {@link AwsDataVolume}. */
export interface AwsDataVolumeProps {
  /** Network of the server. */
  readonly network: AwsNetwork;
  /** Availability zone of the server. */
  readonly availabilityZone: string;
  /** Size in GiB. */
  readonly size: number;
  /** Tags of the volume. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Folder in which components keep their data. */
const MOUNT = "/var/lib/monitoring";
/** Device name of the attachment. EC2 requires a free device name, but Nitro instances ignore it. */
const DEVICE = "/dev/sdf";

/** An EBS volume for the data of components. It survives a replacement of the instance. */
export class AwsDataVolume extends Construct {
  public readonly resource: EbsVolume;
  /**
   * Shell commands that mount the volume, for the first boot of the instance. systemd waits until the volume is
   * attached, which happens after the instance has started, and creates a file system if the volume is empty.
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

  /** Attaches the volume to an instance. The id of the attachment differs for each instance. */
  public attach(instanceId: string): VolumeAttachment {
    return new VolumeAttachment(this, "attachment", {
      provider: this.resource.provider,
      volumeId: this.resource.id,
      instanceId,
      deviceName: DEVICE,
      // Stops the instance first, so that all data is written before the volume moves to another instance.
      stopInstanceBeforeDetaching: true,
    });
  }
}
