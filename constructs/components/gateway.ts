import { Construct } from "constructs";
import { readFileSync } from "node:fs";
import { Connection, Edge, Listener } from "../../lib/access/access";
import { componentKinds } from "../../lib/components";
import { GeneratedFile } from "../../lib/inventory/generated-file";
import { Secret } from "../../lib/inventory/secret";
import { Value, Variables } from "../../lib/inventory/variables";
import { LogFormat } from "../../lib/logs/log-format";
import { LogSource } from "../../lib/logs/log-source";
import { metricsOf } from "../../lib/metrics/catalogue";
import { IComponent } from "../contracts";
import { builtIn } from "./built-in";
import { acmeDirectory, hostNameOf } from "./gateway-names";
import { Component } from "./component";
import { GatewayProps } from "./gateway-props";
import { clientsByRight } from "./gateway-rights";
import { API, WEB } from "./served-listeners";
import { readCommand } from "./ssh-tunnel";

const KIND = "gateway";
const LOG_AGENT = "log_agent";
const PROMETHEUS = "prometheus";
/** Ports of host names. Browsers and ACME servers expect them, and the firewall allows them. */
const PORTS = { http: 80, https: 443 };
/** The unit on the servers of Loki that checks who sends log lines. */
const SENDERS = "cdktf-monitoring-log-senders.service";
const VALIDATION = "validates host names for certificates, or is redirected to https";
/** Generated file with the authorities of the ACME server. */
const AUTHORITIES = "acme/authorities.pem";
/** File that the role writes. */
const GENERATED_PASSWORD = "/etc/gateway/password";

/**
 * The gateway: the reverse proxy Caddy in front of the components of its host that people and other servers use. It is
 * constructed together with them: in front of {@link Prometheus}, {@link Alertmanager}, {@link Grafana} and {@link Loki},
 * and with {@link Transport.plain} in front of Loki only. `gateway` of the {@link Monitoring} has its settings.
 *
 * The gateway accepts the connections to their ports, and they listen on the loopback address. It forwards
 * only some requests of each client: log agents send lines, Grafana queries, Prometheus reads metrics and sends alerts. It
 * rejects requests that stop a component, change its settings or delete data, for technicians too.
 *
 * With `names`, the gateway also serves Grafana, Prometheus and Alertmanager at host names, to technicians, with
 * certificates of Let's Encrypt or another ACME server.
 *
 * The gateway knows other components by their certificates, and asks technicians for a password. With
 * {@link Transport.plain}, it knows clients by their addresses.
 */
export class Gateway extends Component {
  private readonly props: GatewayProps;

  /** @throws if the port is invalid, or the server already has a gateway */
  public constructor(scope: Construct, id: string, props: GatewayProps = {}) {
    super(scope, id, builtIn(KIND, props));
    this.props = props;
    if (this.encrypted && props.technicianPassword === undefined) this.addPasswordCommand();
  }

  public override get listeners(): readonly Listener[] {
    if (!this.hasNames) return super.listeners;
    const names = { protocol: "tcp", _lowPort: true };
    return [
      ...super.listeners,
      { ...names, name: "challenges", port: PORTS.http, anyLocalUser: true, _public: VALIDATION },
      { ...names, name: "names", port: PORTS.https, scheme: "https", technicians: true },
    ];
  }

  public override get connections(): readonly Connection[] {
    return this.served.map(({ kind }) => ({ kind, listener: API, reason: "forwards requests that it allows" }));
  }

  public override get logSources(): readonly LogSource[] {
    return [LogSource.journal(KIND, { units: [`${KIND}.service`, SENDERS], format: LogFormat.JSON })];
  }

  public override get emits(): ReadonlySet<string> {
    return metricsOf("caddy");
  }

  public override get secrets(): Readonly<Record<string, Secret>> {
    const { technicianPassword: password } = this.props;
    return password === undefined || !this.encrypted ? {} : { technician_password: password };
  }

  /** The authorities of the ACME server's own certificate. */
  public override get files(): readonly GeneratedFile[] {
    const { acmeAuthority: path } = this.props;
    return path === undefined || !this.hasNames ? [] : [{ path: AUTHORITIES, content: readFileSync(path, "utf8") }];
  }

  public get variables(): Variables {
    return {
      gateway_version: this.version,
      gateway_port: this.portOf("http"),
      gateway_sites: this.served.map((component) => this.site(component)),
      ...this.acme,
    };
  }

  private get acme(): Variables {
    if (!this.hasNames) return {};
    const { acmeEmail: email = "", acmeAuthority: authority } = this.props;
    return {
      gateway_acme: {
        directory: acmeDirectory(this.props),
        email,
        authorities: authority === undefined ? "" : AUTHORITIES,
      },
      gateway_name_ports: PORTS,
    };
  }

  /** Whether a component on this server has a host name. */
  private get hasNames(): boolean {
    return this.served.some(({ kind }) => hostNameOf(this.member.monitoring, kind) !== undefined);
  }

  private get encrypted(): boolean {
    return this.member.monitoring.transport._encrypted;
  }

  /** The components on this server that the gateway serves, in the order of their kinds. */
  private get served(): readonly IComponent[] {
    const order = componentKinds.map(({ kind }) => kind);
    return this.member._components
      .filter(({ _apiPort: port }) => port !== undefined)
      .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  }

  private site({ kind, listeners, _apiPort: apiPort = 0, _siteSettings: settings }: IComponent): Value {
    const portOf = (wanted: string): number | undefined =>
      listeners.find(({ name }: Listener) => name === wanted)?.port;
    const name = hostNameOf(this.member.monitoring, kind);
    const web = portOf(WEB);
    const site = { kind, port: portOf("http") ?? 0, api_port: apiPort, ...(name === undefined ? {} : { name }) };
    if (this.encrypted)
      return { ...site, ...(web === undefined ? {} : { web_port: web }), ...settings, ...this.rightsOfUsers(kind) };
    const agents = [LOG_AGENT, PROMETHEUS];
    return {
      ...site,
      readers: this.sources(kind, ({ source }) => source.kind === undefined || !agents.includes(source.kind)),
      scrapers: this.sources(kind, ({ source }) => source.kind === undefined || source.kind === PROMETHEUS),
    };
  }

  /** Returns the variable with the rights of user-provided components at a component; empty if none has any. */
  private rightsOfUsers(served: string): { readonly clients?: Value } {
    const clients = clientsByRight(served, this.member.monitoring);
    return Object.keys(clients).length === 0 ? {} : { clients };
  }

  /** Returns the addresses and CIDR blocks of other machines from which connections to a component come. */
  private sources(served: string, wanted: (edge: Edge) => boolean): string[] {
    const { monitoring, server } = this.member;
    const edges = monitoring.accessGraph.filter(
      ({ source, destination, kind, listener }) =>
        destination === server.name && source.server !== server.name && kind === served && listener.name === "http",
    );
    const sources = edges
      .filter(wanted)
      .map(({ source }) =>
        source.server === undefined ? (source.cidr ?? "") : monitoring._sourceOf(source.server, server),
      );
    return [...new Set(sources)].sort();
  }

  private addPasswordCommand(): void {
    const { monitoring, server } = this.member;
    const first = monitoring._first(KIND)?.node === this.node;
    const suffix = first ? "" : `_${server.name.replace(/[^a-z0-9]/gi, "_")}`;
    monitoring._addOutput(
      `technician_password_command${suffix}`,
      readCommand(server, monitoring, GENERATED_PASSWORD),
      `Command that prints the password of the user "technician" on ${server.name}; run it in the folder of the project`,
    );
  }
}

/** Constructs the gateway of a component's server, if one has to serve the component and none exists yet. */
export function serveByGateway({ member, _apiPort: port }: Component): void {
  if (port === undefined || member._components.some(({ kind }) => kind === KIND)) return;
  new Gateway(member, KIND, member.monitoring._gateway);
}
