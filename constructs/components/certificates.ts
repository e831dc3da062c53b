import { Listener } from "../../lib/access/access";
import { componentKinds } from "../../lib/components";
import { Variables } from "../../lib/inventory/variables";
import { IComponent, IMonitoring, IServer } from "../contracts";

const PROMETHEUS = "prometheus";

/**
 * Returns the server that keeps the certificate authority: that of Prometheus, which connects to every server anyway, else
 * that of another component that is no agent, else the first one.
 */
export function authorityServer(monitoring: IMonitoring): IServer | undefined {
  const { _components: components } = monitoring;
  const central = monitoring._first(PROMETHEUS) ?? components.find(({ _agent: agent }) => !agent) ?? components[0];
  return central?.member.server;
}

/** Returns a listener of a component as it is with an encrypted transport. */
export function encryptedListener(kind: string, listener: Listener): Listener {
  const demanding = componentKinds.find((record) => record.kind === kind)?.clientCertificates ?? [];
  return demanding.includes(listener.name) ? { ...listener, scheme: "https", _clientCertificates: true } : listener;
}

/** The kinds of components that need certificates, and whom each accepts as a client. */
export class CertificateNeeds {
  private readonly clients = new Map<string, Set<string>>();

  public constructor(private readonly monitoring: IMonitoring) {
    for (const { kind, listener, source } of monitoring.accessGraph) {
      if (listener._clientCertificates !== true) continue;
      const accepted = this.clients.get(kind) ?? new Set();
      if (source.kind !== undefined) accepted.add(source.kind);
      this.clients.set(kind, accepted);
    }
  }

  /** Whether a component needs a certificate: as a service, as a client, or as both. */
  public isNeededBy({ kind }: IComponent): boolean {
    return this.clients.has(kind) || [...this.clients.values()].some((accepted) => accepted.has(kind));
  }

  /** Returns the variables for the certificate of a component; empty if it needs none. */
  public variablesOf(component: IComponent): Variables {
    if (!this.isNeededBy(component)) return {};
    const { kind, member } = component;
    const { facts, location } = member._inventoryHost;
    return {
      monitoring_certificate: {
        ...this.issuerOf(component),
        addresses: [facts.address, location?.publicAddress, location?.secondAddress].filter(
          (address) => address !== undefined,
        ),
        clients: [...(this.clients.get(kind) ?? [])].sort(),
      },
    };
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
