import { Certificates } from "./certificates";

/** Settings of {@link Transport.mutualTls}. */
export interface MutualTlsOptions {
  /**
   * Certificates of a PKI of your own.
   *
   * @default - certificates of a private authority, which exists only for this monitoring
   */
  readonly certificates?: Certificates;
  /**
   * Whether technicians open the web UIs and APIs of Prometheus, Alertmanager, Loki and Grafana by http, with their login. Components
   * still connect by TLS, at the ports `tlsPort` of these components.
   *
   * Their content and passwords then travel unencrypted: use it only where nobody else can read the traffic between technicians and
   * servers, as with containers on your own machine.
   *
   * @default false
   */
  readonly httpWebUis?: boolean;
}

/**
 * Whether the connections between components are encrypted, and both sides authenticate with certificates.
 *
 * @example
 * // Containers on this machine: no warning about certificates in the browser.
 * new Monitoring(this, "monitoring", {
 *   technicians: [network.gateway],
 *   transport: Transport.mutualTls({ httpWebUis: true }),
 * });
 */
export class Transport {
  /**
   * Encrypts connections with TLS 1.3. Both sides show a certificate of a private authority, which exists only for this
   * monitoring, and a service accepts only the components that the access graph allows. Log agents, and Lokis of a
   * cluster among each other, accept every component with a certificate. The gossip of Lokis is encrypted, but asks for
   * no certificate.
   *
   * A gateway on each host serves the ports of Prometheus, Alertmanager, Loki and Grafana by TLS, and asks technicians for
   * a password, except for Grafana, which has its own login.
   *
   * The key of the authority is on the server of Prometheus, readable by root only. It moves with Prometheus. A deploy
   * replaces a certificate whose server it works on if the certificate ends within 60 days. Certificates are valid for
   * 365 days. `npm run rotate -- --certificates` replaces the authority and all certificates.
   */
  public static mutualTls(options: MutualTlsOptions = {}): Transport {
    return new Transport(true, options.certificates, options.httpWebUis);
  }

  /**
   * Leaves all connections unencrypted, and asks for no password except that of Grafana. The firewalls alone control access to
   * services. The synthesis warns about it.
   */
  public static plain(): Transport {
    return new Transport(false);
  }

  private constructor(
    /** @internal Whether connections are encrypted. */
    public readonly _encrypted: boolean,
    /** @internal Certificates of a PKI of the user; undefined for those of a private authority. */
    public readonly _certificates?: Certificates,
    /** @internal Whether technicians open the web UIs of components behind a gateway by http. */
    public readonly _httpWebUis = false,
  ) {}

  /** @internal Whether a server keeps a private authority. */
  public get _hasAuthority(): boolean {
    return this._encrypted && this._certificates === undefined;
  }
}
