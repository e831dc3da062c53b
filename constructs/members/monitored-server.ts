import { Construct } from "constructs";
import { LogSource } from "../../lib/logs/log-source";
import { LogAgentComponent, LogAgentProps } from "../components/log-agent";
import { Member, MemberProps } from "./member";
import { NodeExporter, NodeExporterProps } from "../components/node-exporter";

/** Settings of a {@link MonitoredServer}. */
export interface MonitoredServerProps extends MemberProps {
  /**
   * Settings of the node exporter.
   *
   * @default - the defaults of {@link NodeExporterProps}
   */
  readonly nodeExporter?: NodeExporterProps;
  /**
   * Settings of the log agent, which the server has if the monitoring has a Loki.
   *
   * @default - the defaults of {@link LogAgentProps}
   */
  readonly logAgent?: LogAgentProps;
  /**
   * Log sources of the applications on the server, such as `LogSource.nginx()`. The log agent also sends the built-in
   * sources: SSH logins, allowed and denied sudo commands, processes that the kernel killed because memory was short,
   * and the logs of the components.
   *
   * @default - none
   */
  readonly logs?: readonly LogSource[];
}

/**
 * A server that is monitored. It gets a node exporter, which Prometheus scrapes, and a log agent if the monitoring has
 * a Loki.
 *
 * @example
 * new MonitoredServer(this, "app", { monitoring, server, logs: [LogSource.nginx()] });
 */
export class MonitoredServer extends Member {
  public readonly _hostsComponents: boolean = false;
  /** Exporter of the CPU, memory, disk and network metrics of the server. */
  public readonly _nodeExporter: NodeExporter;

  private readonly logs: readonly LogSource[];
  private readonly logAgentProps?: LogAgentProps;
  private agent?: LogAgentComponent;

  public constructor(scope: Construct, id: string, props: MonitoredServerProps) {
    super(scope, id, props);
    this._nodeExporter = new NodeExporter(this, "node-exporter", props.nodeExporter);
    this.logs = props.logs ?? [];
    this.logAgentProps = props.logAgent;
    if (props.monitoring._first("loki")) this._sendLogs();
  }

  public override get _logSources(): readonly LogSource[] {
    return [...this.logs, ...super._logSources];
  }

  /** Log agent of the server; undefined while the monitoring has no Loki. @internal */
  public get _logAgent(): LogAgentComponent | undefined {
    return this.agent;
  }

  /** Adds the log agent, because the monitoring has a Loki. @internal */
  public override _sendLogs(): void {
    this.agent ??= new LogAgentComponent(this, "log-agent", this.logAgentProps);
  }
}
