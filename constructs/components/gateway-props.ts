import { Secret } from "../../lib/inventory/secret";
import { AdoptProps } from "./adopt";
import { ResourceProps } from "./resources";

/** Settings of every gateway, the reverse proxy in front of the components of a host. */
export interface GatewayProps extends AdoptProps, ResourceProps {
  /**
   * Port of the gateway's metrics.
   *
   * @default 3180
   */
  readonly port?: number;
  /**
   * Password of technicians for Prometheus, Alertmanager and Loki, if the transport is encrypted. Their user name is
   * `technician`.
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
   * Port of the component itself on the loopback address, if the gateway serves the component. The gateway always serves
   * Loki, and with an encrypted transport also Prometheus, Alertmanager and Grafana.
   *
   * @default - 3101 for Loki, 3190 for Grafana, 9190 for Prometheus, 9193 for Alertmanager
   */
  readonly apiPort?: number;
}
