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

  /** Returns the variables for the certificate of a component; empty if it needs none. */
  public variablesOf({ kind, member }: IComponent): Variables {
    const serves = this.clients.get(kind);
    if (serves === undefined && ![...this.clients.values()].some((accepted) => accepted.has(kind))) return {};
    const authority = authorityServer(this.monitoring);
    const { facts, location } = member._inventoryHost;
    return {
      monitoring_certificate: {
        // The id and the generation repeat the runs when the machine, and with it the authority, is another one.
        authority: {
          server: authority?.name ?? "",
          id: authority?.id ?? "",
          generation: authority?.generation ?? "",
        },
        addresses: [facts.address, location?.publicAddress, location?.secondAddress].filter(
          (address) => address !== undefined,
        ),
        clients: [...(serves ?? [])].sort(),
      },
    };
  }
}
