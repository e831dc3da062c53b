import { Certificates } from "./certificates";

/** Settings of {@link Transport.mutualTls}. */
export interface MutualTlsOptions {
  /**
   * Certificates of a PKI of your own.
   *
   * @default - certificates of a private authority, which exists only for this monitoring
   */
  readonly certificates?: Certificates;
}

/**
 * Whether the connections between components are encrypted, and both sides authenticate with certificates.
 *
 * @example
 * new Monitoring(this, "monitoring", { technicians: ["203.0.113.7/32"], transport: Transport.mutualTls() });
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
    return new Transport(true, options.certificates);
  }

  /** Leaves all connections unencrypted. The firewalls alone control access to services. */
  public static plain(): Transport {
    return new Transport(false);
  }

  private constructor(
    /** @internal Whether connections are encrypted. */
    public readonly _encrypted: boolean,
    /** @internal Certificates of a PKI of the user; undefined for those of a private authority. */
    public readonly _certificates?: Certificates,
  ) {}

  /** @internal Whether a server keeps a private authority. */
  public get _hasAuthority(): boolean {
    return this._encrypted && this._certificates === undefined;
  }
}
