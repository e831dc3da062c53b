import { Construct } from "constructs";
import { Variables } from "../../lib/inventory/variables";
import { Exclusions, exclusionProblem } from "../../lib/metrics/exclusions";
import { CollectorFlags } from "../../lib/metrics/collector-flags";
import { collectorProblem, metricsOf } from "../../lib/metrics/catalogue";
import { metricNameProblem } from "../../lib/names";
import { AdoptProps } from "./adopt";
import { ResourceProps } from "./resources";
import { builtIn } from "./built-in";
import { Component } from "./component";
import { extraFlags } from "./extra-flags";
import { rejectIf } from "../synthesis/errors";
import { warnAtSynthesis } from "../synthesis/warnings";

/** Settings of the node exporter of a member. */
export interface NodeExporterProps extends AdoptProps, ResourceProps {
  /**
   * Port that Prometheus scrapes.
   *
   * @default 9100
   */
  readonly port?: number;
  /**
   * Additional collectors to enable, such as `tcpstat`, and their options, such as `systemd.enable-start-time-metrics`.
   * The default collectors of the node exporter, and those that rules and dashboards need, are enabled without this
   * prop.
   *
   * @default - none
   */
  readonly collectors?: readonly string[];
  /**
   * Names of textfile metrics that your rules and dashboards use. Programs on the server write these metrics to its
   * textfile folder. The synthesis rejects a query for a metric that nothing emits.
   *
   * @default - none
   */
  readonly metrics?: readonly string[];
  /**
   * Mount points of file systems to leave out, such as `/mnt/backup` or `/srv/images/.+`. Each is a regular expression
   * for the whole path. These file systems have no metrics, and therefore no alerts such as DiskFull. File systems of
   * containers and of the kernel are left out without this prop.
   *
   * @default - none
   */
  readonly excludedMountPoints?: readonly string[];
  /**
   * Types of file systems to leave out, such as `nfs4?`. Each is a regular expression for the whole type.
   *
   * @default - none
   */
  readonly excludedFilesystemTypes?: readonly string[];
  /**
   * Network devices to leave out, such as `wg0` or `tap.*`. Each is a regular expression for the whole name. Devices of
   * containers are left out without this prop.
   *
   * @default - none
   */
  readonly excludedNetworkDevices?: readonly string[];
  /**
   * Additional command-line flags, as `--name` or `--name=value`. A flag such as
   * `--collector.filesystem.mount-points-exclude` replaces the default of this library.
   *
   * @default - none
   */
  readonly extraFlags?: readonly string[];
  /**
   * Version to install instead of the pinned one.
   *
   * @default - the pinned version
   */
  readonly version?: string;
}

/**
 * Node exporter: exports the CPU, memory, disk, network and systemd metrics of a server. Every `MonitoredServer` has
 * one.
 */
export class NodeExporter extends Component {
  private readonly collectors: readonly string[];
  private readonly declared: readonly string[];
  private readonly flags: CollectorFlags;
  private readonly exclusions: Exclusions;

  /** @throws if a flag, a collector, an exclusion or the name of a metric is invalid */
  public constructor(scope: Construct, id: string, props: NodeExporterProps = {}) {
    super(scope, id, builtIn("node_exporter", props));
    this.collectors = props.collectors ?? [];
    this.declared = props.metrics ?? [];
    this.flags = new CollectorFlags(extraFlags(this, props.extraFlags));
    const { excludedMountPoints = [], excludedFilesystemTypes = [], excludedNetworkDevices = [] } = props;
    this.exclusions = { excludedMountPoints, excludedFilesystemTypes, excludedNetworkDevices };
    rejectIf(this, exclusionProblem(this.exclusions, this.flags.all));
    for (const name of this.collectors) rejectIf(this, collectorProblem(name));
    for (const name of this.declared) rejectIf(this, metricNameProblem(name));
    if (this.flags.disablesCollectors) warnAtSynthesis(this, () => this.disabledCollectorWarnings());
  }

  public override get emits(): ReadonlySet<string> {
    const known = metricsOf(this.kind, this.flags.enabled(this.wanted));
    return this.declared.length === 0 ? known : new Set([...known, ...this.declared]);
  }

  public get variables(): Variables {
    return {
      node_exporter_version: this.version,
      node_exporter_port: this.portOf("http"),
      node_exporter_collectors: this.flags.missing(this.wanted),
      node_exporter_excluded_mount_points: this.exclusions.excludedMountPoints,
      node_exporter_excluded_filesystem_types: this.exclusions.excludedFilesystemTypes,
      node_exporter_excluded_network_devices: this.exclusions.excludedNetworkDevices,
      node_exporter_extra_flags: this.flags.all,
    };
  }

  /** Collectors that the user enables, and those that rules and dashboards need. */
  private get wanted(): readonly string[] {
    return [...this.collectors, ...this.member.monitoring._neededCollectors];
  }

  /** Returns a warning if a flag disables a collector that rules or dashboards need. A single server may lack a collector. */
  private disabledCollectorWarnings(): string[] {
    const enabled = new Set(this.flags.enabled(this.wanted));
    const disabled = this.member.monitoring._neededCollectors.filter((name) => !enabled.has(name));
    if (disabled.length === 0) return [];
    return [
      `extraFlags disables collectors that rules or dashboards need: ${disabled.join(", ")}. This server has no data for them`,
    ];
  }
}
