import { Construct } from "constructs";
import { LogSource } from "../../lib/logs/log-source";
import { LogAgentComponent, LogAgentProps } from "../components/log-agent";
import { Member, MemberProps } from "./member";
import { NodeExporter, NodeExporterProps } from "../components/node-exporter";

/** Settings of a {@link MonitoredServer}. */
export interface MonitoredServerProps extends MemberProps {
  /**
   * Settings of the server's node exporter.
   *
   * @default - the node exporter's defaults
   */
  readonly nodeExporter?: NodeExporterProps;
  /**
   * Settings of the server's log agent, which it has where a Loki is placed.
   *
   * @default - the log agent's defaults
   */
  readonly logAgent?: LogAgentProps;
  /**
   * Logs of what is on the server, such as `LogSource.nginx()`, which are sent to Loki where one is placed. Logins by SSH,
   * what sudo allowed and denied, what the kernel killed for want of memory, and the logs of our components are sent anyway.
   *
   * @default - none
   */
  readonly logs?: readonly LogSource[];
}

/** A server that is watched: it gets a node exporter, and Prometheus scrapes it; where there is a Loki, a log agent. */
export class MonitoredServer extends Member {
  public readonly _hostsComponents: boolean = false;
  /** What tells Prometheus of the server's CPU, memory and disks. */
  public readonly nodeExporter: NodeExporter;

  private readonly logs: readonly LogSource[];
  private readonly logAgentProps?: LogAgentProps;
  private agent?: LogAgentComponent;

  public constructor(scope: Construct, id: string, props: MonitoredServerProps) {
    super(scope, id, props);
    this.nodeExporter = new NodeExporter(this, "node-exporter", props.nodeExporter);
    this.logs = props.logs ?? [];
    this.logAgentProps = props.logAgent;
    if (props.monitoring._first("loki")) this._sendLogs();
  }

  public override get _logSources(): readonly LogSource[] {
    return [...this.logs, ...super._logSources];
  }

  /** What sends its logs to Loki; undefined while no Loki is placed. */
  public get _logAgent(): LogAgentComponent | undefined {
    return this.agent;
  }

  /** Called when there is a Loki. */
  public _sendLogs(): void {
    this.agent ??= new LogAgentComponent(this, "log-agent", this.logAgentProps);
  }
}
