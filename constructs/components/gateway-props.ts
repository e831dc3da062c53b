import { Secret } from "../../lib/inventory/secret";
import { AdoptProps } from "./adopt";
import { ResourceProps } from "./resources";

/** Settings of every gateway, the reverse proxy in front of the components of a host. */
export interface GatewayProps extends AdoptProps, ResourceProps {
  /**
   * Host names at which technicians open web UIs, by the kind of the component: `grafana`, `prometheus` or `alertmanager`,
   * as in `{ grafana: "grafana.example.com" }`. Names need an encrypted transport. The gateway gets their certificates from
   * the ACME server, whose terms you agree to.
   *
   * The DNS record of each name must point to the server of the component. Port 80 of this server is open to every
   * address: the ACME server connects to it to validate the name, and everybody else is redirected to https.
   *
   * @default - none: the gateway serves web UIs at the ports of the components only, with certificates of the transport
   */
  readonly names?: Readonly<Record<string, string>>;
  /**
   * Email address of the account at the ACME server.
   *
   * @default - none
   */
  readonly acmeEmail?: string;
  /**
   * URL of the directory of the ACME server that issues the certificates of `names`.
   *
   * @default - Let's Encrypt, `https://acme-v02.api.letsencrypt.org/directory`
   */
  readonly acmeDirectory?: string;
  /**
   * PEM file with the authorities that signed the ACME server's own certificate, absolute or relative to the project.
   * Private ACME servers need it.
   *
   * @default - the authorities that the operating system of the server trusts
   */
  readonly acmeAuthority?: string;
  /**
   * Port of the gateway's metrics.
   *
   * @default 3180
   */
  readonly port?: number;
  /**
   * Password of technicians for Prometheus, Alertmanager and Loki. Their user name is `technician`. Not
   * used with {@link Transport.plain}.
   *
   * @default - each gateway creates a password on its server
   */
  readonly technicianPassword?: Secret;
  /**
   * Version of Caddy to install instead of the pinned one.
   *
   * @default - the pinned version
   */
  readonly version?: string;
}

/** Settings of a component that a gateway can serve. */
export interface ApiPortProps {
  /**
   * Port of the component itself on the loopback address, if the gateway serves the component. The gateway serves
   * Prometheus, Alertmanager, Grafana and Loki, and with {@link Transport.plain} only Loki.
   *
   * @default - 3101 for Loki, 3190 for Grafana, 9190 for Prometheus, 9193 for Alertmanager
   */
  readonly apiPort?: number;
  /**
   * Port to which other components connect by TLS, if technicians open the web UIs by http ({@link MutualTlsOptions.httpWebUis}).
   *
   * @default - 3201 for Loki, 3290 for Grafana, 9290 for Prometheus, 9293 for Alertmanager
   */
  readonly tlsPort?: number;
}
