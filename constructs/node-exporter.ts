import { Construct } from "constructs";
import { Variables } from "../lib/inventory";
import { Component } from "./component";
import { extraFlags } from "./extra-flags";
import { problem } from "./problem";

/** Settings of a {@link NodeExporter}. */
export interface NodeExporterProps {
  /** @default 9100 */
  readonly port?: number;
  /**
   * Collectors beyond those that node exporter enables by itself.
   *
   * @default ["systemd"]
   */
  readonly collectors?: readonly string[];
  /**
   * Further command-line flags, as `--name` or `--name=value`.
   *
   * @default - none
   */
  readonly extraFlags?: readonly string[];
  /**
   * Another release than the pinned one.
   *
   * @default - the pinned release
   */
  readonly version?: string;
}

/** Prometheus' node exporter: a server's CPU, memory, disks, network and units as metrics. Every member has one. */
export class NodeExporter extends Component {
  private readonly collectors: readonly string[];
  private readonly flags: readonly string[];

  /** @throws when a flag is malformed or a collector's name is none */
  public constructor(scope: Construct, id: string, props: NodeExporterProps = {}) {
    super(scope, id, {
      kind: "node_exporter",
      artifact: "node_exporter",
      version: props.version,
      agent: true,
      listeners: [{ name: "http", port: props.port ?? 9100, protocol: "tcp", scrapeJob: "node", technicians: true }],
    });
    this.collectors = props.collectors ?? ["systemd"];
    this.flags = extraFlags(this, props.extraFlags ?? [], ["web.listen-address"]);
    for (const name of this.collectors) {
      if (!/^[a-z0-9_.]+$/.test(name)) throw problem(this, `"${name}" is not a collector's name (such as "systemd")`);
    }
  }

  public get variables(): Variables {
    return {
      node_exporter_version: this.version,
      node_exporter_port: this.portOf("http"),
      node_exporter_collectors: this.collectors,
      node_exporter_extra_flags: this.flags,
    };
  }
}
