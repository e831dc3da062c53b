import { Annotations, Aspects } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { Variables } from "../../lib/inventory/inventory";
import { CollectorFlags } from "../../lib/metrics/collector-flags";
import { collectorProblem, metricsOf } from "../../lib/metrics/catalogue";
import { metricNameProblem } from "../../lib/names";
import { Component } from "./component";
import { extraFlags } from "./extra-flags";
import { rejectIf } from "../synthesis/errors";

/** Settings of a {@link NodeExporter}. */
export interface NodeExporterProps {
  /**
   * The port that Prometheus scrapes.
   *
   * @default 9100
   */
  readonly port?: number;
  /**
   * Collectors beyond those that node exporter enables by itself and those that rules and dashboards need, such as
   * `tcpstat`; switches of theirs too, such as `systemd.enable-start-time-metrics`.
   *
   * @default - none
   */
  readonly collectors?: readonly string[];
  /**
   * The names of those metrics in the server's textfile folder that rules and dashboards use. What uses a metric that
   * nothing is known to emit is refused.
   *
   * @default - none
   */
  readonly metrics?: readonly string[];
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
  private readonly declared: readonly string[];
  private readonly flags: CollectorFlags;

  /** @throws when a flag is malformed, there is no such collector, or a metric's name is none */
  public constructor(scope: Construct, id: string, props: NodeExporterProps = {}) {
    super(scope, id, {
      kind: "node_exporter",
      artifact: "node_exporter",
      version: props.version,
      agent: true,
      listeners: [{ name: "http", port: props.port ?? 9100, protocol: "tcp", scrapeJob: "node", technicians: true }],
    });
    this.collectors = props.collectors ?? [];
    this.declared = props.metrics ?? [];
    this.flags = new CollectorFlags(extraFlags(this, props.extraFlags ?? [], ["web.listen-address"]));
    for (const name of this.collectors) rejectIf(this, collectorProblem(name));
    for (const name of this.declared) rejectIf(this, metricNameProblem(name));
    if (this.flags.disablesCollectors) this.warnOfWhatIsMissing();
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
      node_exporter_extra_flags: this.flags.all,
    };
  }

  /** What users want, and what rules and dashboards need. */
  private get wanted(): readonly string[] {
    return [...this.collectors, ...this.member.monitoring._neededCollectors];
  }

  /** A collector may be of no use on one server; that what is asked about it has no answer there is said, at synthesis. */
  private warnOfWhatIsMissing(): void {
    const visit = (node: IConstruct) => {
      const enabled = new Set(this.flags.enabled(this.wanted));
      const off = this.member.monitoring._neededCollectors.filter((name) => !enabled.has(name));
      if (node !== this || off.length === 0) return;
      Annotations.of(this).addWarning(
        `extraFlags switch off what rules or dashboards need of node exporter: ${off.join(", ")}; they tell nothing of this server`,
      );
    };
    Aspects.of(this).add({ visit });
  }
}
