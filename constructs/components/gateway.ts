import { Construct } from "constructs";
import { Connection, Edge, Listener } from "../../lib/access/access";
import { Variables } from "../../lib/inventory/variables";
import { LogFormat } from "../../lib/logs/log-format";
import { LogSource } from "../../lib/logs/log-source";
import { metricsOf } from "../../lib/metrics/catalogue";
import { AdoptProps } from "./adopt";
import { builtIn } from "./built-in";
import { Component } from "./component";
import { ResourceProps } from "./resources";

/** Settings of the gateway in front of a {@link Loki}. */
export interface GatewayProps extends AdoptProps, ResourceProps {
  /**
   * Port of the gateway's metrics.
   *
   * @default 3180
   */
  readonly port?: number;
  /**
   * Version of Caddy to install instead of the pinned one.
   *
   * @default - the pinned version
   */
  readonly version?: string;
}

const KIND = "gateway";
const LOKI = "loki";
const LOG_AGENT = "log_agent";
const PROMETHEUS = "prometheus";

/**
 * The gateway: the reverse proxy Caddy in front of a Loki. Each Loki constructs its gateway on the same host.
 *
 * The gateway accepts the connections to the port of Loki, and Loki itself listens on the loopback address. Every server
 * that the access graph allows may send lines. Only Grafana and technicians may query, and only Prometheus and technicians
 * read Loki's metrics. The gateway rejects all other requests, such as those that stop Loki, change its log level, or
 * delete lines, and removes the header with the name of a tenant.
 */
export class Gateway extends Component {
  /** @throws if the port is invalid, or the server already has a gateway */
  public constructor(scope: Construct, id: string, props: GatewayProps = {}) {
    super(scope, id, builtIn(KIND, props));
  }

  public override get connections(): readonly Connection[] {
    return [{ kind: LOKI, listener: "api", reason: "forwards requests that it allows" }];
  }

  public override get logSources(): readonly LogSource[] {
    return [LogSource.journal(KIND, { units: [`${KIND}.service`], format: LogFormat.JSON })];
  }

  public override get emits(): ReadonlySet<string> {
    return metricsOf("caddy");
  }

  public get variables(): Variables {
    const agents = [LOG_AGENT, PROMETHEUS];
    return {
      gateway_version: this.version,
      gateway_port: this.portOf("http"),
      gateway_loki: {
        port: this.lokiPort("http"),
        api_port: this.lokiPort("api"),
        readers: this.sources(({ source }) => source.kind === undefined || !agents.includes(source.kind)),
        scrapers: this.sources(({ source }) => source.kind === undefined || source.kind === PROMETHEUS),
      },
    };
  }

  /** Returns the port of a listener of the Loki on this server. */
  private lokiPort(name: string): number {
    const loki = this.member._components.find(({ kind }) => kind === LOKI);
    return loki?.listeners.find((listener: Listener) => listener.name === name)?.port ?? 0;
  }

  /** Returns the addresses and CIDR blocks of other machines from which connections to Loki come. */
  private sources(wanted: (edge: Edge) => boolean): string[] {
    const { monitoring, server } = this.member;
    const edges = monitoring.accessGraph.filter(
      ({ source, destination, kind, listener }) =>
        destination === server.name && source.server !== server.name && kind === LOKI && listener.name === "http",
    );
    const sources = edges
      .filter(wanted)
      .map(({ source }) =>
        source.server === undefined ? (source.cidr ?? "") : monitoring._sourceOf(source.server, server),
      );
    return [...new Set(sources)].sort();
  }
}
