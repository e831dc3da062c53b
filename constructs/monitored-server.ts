import { Construct } from "constructs";
import { Member, MemberProps } from "./member";
import { NodeExporter, NodeExporterProps } from "./node-exporter";

/** Settings of a {@link MonitoredServer}. */
export interface MonitoredServerProps extends MemberProps {
  /**
   * Settings of the server's node exporter.
   *
   * @default - the node exporter's defaults
   */
  readonly nodeExporter?: NodeExporterProps;
}

/** A server that is watched: it gets a node exporter, and Prometheus scrapes it. */
export class MonitoredServer extends Member {
  public readonly hostsComponents: boolean = false;
  /** What tells Prometheus of the server's CPU, memory and disks. */
  public readonly nodeExporter: NodeExporter;

  public constructor(scope: Construct, id: string, props: MonitoredServerProps) {
    super(scope, id, props);
    this.nodeExporter = new NodeExporter(this, "node-exporter", props.nodeExporter);
  }
}
