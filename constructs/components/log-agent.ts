import { Annotations, Token } from "cdktf";
import { isIP } from "node:net";
import { Connection } from "../../lib/access/access";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { hostPort } from "../../lib/network/host-port";
import { Variables } from "../../lib/inventory/variables";
import { agentConfig } from "../../lib/logs/agent-config";
import { AGENT_METRICS } from "../../lib/logs/agent-metrics";
import { alloyConfig } from "../../lib/logs/alloy";
import { AUTH_LOG, BUILT_IN_SOURCES } from "../../lib/logs/built-in-sources";
import { aclPaths } from "../../lib/logs/acl-paths";
import { promtailConfig } from "../../lib/logs/promtail";
import { targetFiles } from "../../lib/logs/target-files";
import { metricsOf } from "../../lib/metrics/catalogue";
import { AdoptProps } from "./adopt";
import { ResourceProps } from "./resources";
import { builtIn } from "./built-in";
import { certificateFiles } from "./certificates";
import { Component } from "./component";
import type { Member } from "../members/member";

/** Settings of the log agent of a member. */
export interface LogAgentProps extends AdoptProps, ResourceProps {
  /**
   * Port of the metrics of the log agent.
   *
   * @default 9080
   */
  readonly port?: number;
  /**
   * Version to install instead of the pinned one.
   *
   * @default - the pinned version
   */
  readonly version?: string;
}

const KIND = "log_agent";
const EMITTED: ReadonlySet<string> = new Set([...AGENT_METRICS, ...metricsOf("alloy"), ...metricsOf("promtail")]);
const LOKI = "loki";

/**
 * The log agent of a server: reads log files and the journal, and sends the lines to Loki.
 *
 * If the monitoring has a Loki, every `MonitoredServer` has a log agent. The monitoring selects the program, and the
 * member declares the log sources. The agent also reads the log sources that other files in `/etc/log_agent/targets`
 * define.
 */
export class LogAgentComponent extends Component {
  /** @throws if the port is invalid */
  public constructor(scope: Member, id: string, props: LogAgentProps = {}) {
    super(scope, id, builtIn(KIND, { ...props, artifact: scope.monitoring.logAgent._program }));
    this.node.addValidation({ validate: () => [...this.nameProblems(), ...this.clusterProblems()] });
    this.warnOfEndOfLife();
  }

  public override get connections(): readonly Connection[] {
    return [{ kind: LOKI, listener: "http", reason: "sends logs" }];
  }

  public override get files(): readonly GeneratedFile[] {
    const { monitoring, server, _logSources: logSources } = this.member;
    const encrypted = monitoring._edgesFrom(this).some(({ listener }) => listener._clientCertificates === true);
    const labels = { instance: server.name, monitoring: monitoring.name };
    const config = agentConfig(labels, logSources, encrypted ? certificateFiles(KIND) : undefined);
    return [
      this.program === "alloy"
        ? { path: "config.alloy", content: alloyConfig(config) }
        : { path: "promtail.yml", content: promtailConfig(config) },
      ...targetFiles(logSources),
      ...targetFiles([AUTH_LOG], "without-journal"),
    ];
  }

  /** Metrics of Alloy and Promtail together, because the rules query both. */
  public override get emits(): ReadonlySet<string> {
    return EMITTED;
  }

  public get variables(): Variables {
    const { _logSources: logSources } = this.member;
    return {
      log_agent_program: this.program,
      log_agent_version: this.version,
      log_agent_port: this.portOf("http"),
      log_agent_lokis: this.lokis.map(({ address, port }) => ({ address, port })),
      log_agent_sources: targetFiles(logSources, "").map(({ path }) => path.replace(/^\//, "")),
      log_agent_folders: aclPaths(logSources).map((path) => ({ ...path })),
    };
  }

  private get program(): string {
    return this.member.monitoring.logAgent._program;
  }

  /** Addresses of the Lokis, as this server reaches them. */
  private get lokis(): { readonly address: string; readonly port: number }[] {
    const { monitoring, server } = this.member;
    return monitoring
      ._edgesFrom(this)
      .filter(({ kind }) => kind === LOKI)
      .map(({ destination, listener }) => ({ address: monitoring.dial(server, destination), port: listener.port }));
  }

  private nameProblems(): string[] {
    const names = [...BUILT_IN_SOURCES, AUTH_LOG, ...this.member._logSources].map(({ name }) => name);
    const twins = new Set(names.filter((name, index) => names.indexOf(name) < index));
    return [...twins].map((name) => `logs: two log sources are called "${name}": rename one of them`);
  }

  /** In /etc/hosts, one name has the addresses of all Lokis, so that the agent connects to any Loki that answers. */
  private clusterProblems(): string[] {
    const { lokis } = this;
    if (lokis.length < 2) return [];
    const [first] = lokis;
    const named = lokis.find(({ address }) => !Token.isUnresolved(address) && isIP(address) === 0);
    return [
      ...(lokis.some(({ port }) => port !== first?.port)
        ? ["the Lokis listen on different ports: use the same port for all of them"]
        : []),
      ...(named === undefined
        ? []
        : [
            `the address of a Loki is the name ${hostPort(named.address, named.port)}, but several Lokis need IP addresses: give its server an IP address`,
          ]),
    ];
  }

  private warnOfEndOfLife(): void {
    const { monitoring } = this.member;
    const { _endOfLife: endOfLife, _title: title } = monitoring.logAgent;
    if (endOfLife === undefined || monitoring._first(KIND)?.node !== this.node) return;
    Annotations.of(monitoring).addWarning(
      `${title} has had no updates since ${endOfLife}: use LogAgent.alloy(), which continues at the position where ${title} stopped`,
    );
  }
}
