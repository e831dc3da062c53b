import { Listener } from "../../lib/access/access";
import { componentKinds } from "../../lib/components";
import { CertificateFiles } from "../../lib/logs/agent-config";
import { Variables } from "../../lib/inventory/variables";
import { IComponent, IMonitoring, IServer } from "../contracts";

const PROMETHEUS = "prometheus";
/** Name of all Lokis together in the hosts file of the log agents, as in the role `log_agent`. */
const LOKIS = "loki.cdktf-monitoring.internal";

/**
 * Returns the server that keeps the certificate authority: that of Prometheus, which connects to every server anyway, else
 * that of another component that is no agent, else the first one.
 */
export function authorityServer(monitoring: IMonitoring): IServer | undefined {
  const { _components: components } = monitoring;
  const central = monitoring._first(PROMETHEUS) ?? components.find(({ _agent: agent }) => !agent) ?? components[0];
  return central?.member.server;
}

/**
 * Returns a listener of a component as it is unless the transport is plain. A listener that already serves TLS, with a
 * certificate of the user, stays as it is.
 */
export function encryptedListener(kind: string, listener: Listener): Listener {
  const demanding = componentKinds.find((record) => record.kind === kind)?.clientCertificates ?? [];
  if (listener.scheme === "https" || !demanding.includes(listener.name)) return listener;
  return { ...listener, scheme: "https", _clientCertificates: true };
}

/** Returns the files of a component's certificate on its server. */
export function certificateFiles(kind: string): CertificateFiles {
  const folder = `/etc/cdktf-monitoring/tls/${kind}`;
  return {
    authority: `${folder}/authority.pem`,
    certificate: `${folder}/certificate.pem`,
    key: `${folder}/key.pem`,
  };
}

/** The kinds of components that need certificates, and the clients that each of them accepts. */
export class CertificateNeeds {
  /** Kinds that connect to the listeners of a kind: to the listener `http`, and to the others. */
  private readonly clients = { http: new Map<string, Set<string>>(), others: new Map<string, Set<string>>() };
  /** Kinds to which a kind connects with its certificate. */
  private readonly servers = new Map<string, Set<string>>();

  public constructor(private readonly monitoring: IMonitoring) {
    for (const { kind, listener, source } of monitoring.accessGraph) {
      if (listener._clientCertificates !== true) continue;
      add(this.clients[listener.name === "http" ? "http" : "others"], kind, source.kind);
      if (source.kind !== undefined) add(this.servers, source.kind, kind);
    }
  }

  /** Whether a component needs a certificate: as a service, as a client, or as both. */
  public isNeededBy(component: IComponent): boolean {
    return this.clientsOf(component) !== undefined || this.servers.has(component.kind);
  }

  /** Returns the variables for the certificate of a component; empty if it needs none. */
  public variablesOf(component: IComponent): Variables {
    if (!this.isNeededBy(component)) return {};
    const { kind, member, _playbook: playbook, _listening: listening } = component;
    const clients = this.clientsOf(component) ?? [];
    const { facts, location } = member._inventoryHost;
    return {
      monitoring_certificate: {
        ...this.issuerOf(component),
        addresses: [
          facts.address,
          location?.publicAddress,
          location?.secondAddress,
          // Log agents reach several Lokis by one name.
          kind === "gateway" && this.hasSeveralLokis ? LOKIS : undefined,
        ].filter((address) => address !== undefined),
        clients: [...clients].sort(),
        connects: [...(this.servers.get(kind) ?? [])].sort(),
        ...(playbook === undefined ? {} : { user: listening.user ?? "" }),
      },
      ...(playbook === undefined ? {} : { monitoring_certificate_files: { ...certificateFiles(kind) } }),
    };
  }

  private get hasSeveralLokis(): boolean {
    return this.monitoring._components.filter(({ kind }) => kind === "loki").length > 1;
  }

  /**
   * Returns the kinds that connect to a component; undefined if it serves none with its own certificate. The gateway shows
   * its own certificate at the port `http` of the components that it serves.
   */
  private clientsOf({ kind, _apiPort: apiPort }: IComponent): ReadonlySet<string> | undefined {
    const http = apiPort === undefined ? this.clients.http.get(kind) : undefined;
    const others = this.clients.others.get(kind);
    return http === undefined && others === undefined ? undefined : new Set([...(http ?? []), ...(others ?? [])]);
  }

  /** Returns where the certificate of a component comes from. */
  private issuerOf({ kind, member }: IComponent): Variables {
    const own = this.monitoring.transport._certificates?._of(member.server.name, kind);
    if (own !== undefined)
      return { own: Object.fromEntries(Object.entries(own).map(([part, each]) => [part, { ...each }])) };
    const authority = authorityServer(this.monitoring);
    // The id and the generation repeat the runs when the machine, and with it the authority, is another one.
    return {
      authority: {
        server: authority?.name ?? "",
        id: authority?.id ?? "",
        generation: authority?.generation ?? "",
      },
    };
  }
}

function add(sets: Map<string, Set<string>>, key: string, value: string | undefined): void {
  const set = sets.get(key) ?? new Set();
  if (value !== undefined) set.add(value);
  sets.set(key, set);
}
