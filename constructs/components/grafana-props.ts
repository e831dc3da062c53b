import { Dashboard } from "../../lib/dashboards/dashboard";
import { Secret } from "../../lib/inventory/secret";
import { MovableProps } from "./on-move";

/**
 * Files on Grafana's server by which it speaks TLS. They are read as root when it starts: whoever renews them restarts
 * `grafana.service`.
 */
export interface GrafanaTls {
  /** The path of the certificate with its chain, in PEM: `/etc/letsencrypt/live/grafana.example.com/fullchain.pem`. */
  readonly certificate: string;
  /** The path of its key, in PEM. */
  readonly key: string;
}

/** A PostgreSQL database for what Grafana remembers. It must exist; Grafana makes its tables. */
export interface GrafanaDatabase {
  /** Its name or IP address. */
  readonly host: string;
  /**
   * Its port.
   *
   * @default 5432
   */
  readonly port?: number;
  /** The database's name. @default "grafana" */
  readonly name?: string;
  /**
   * The user who owns the database.
   *
   * @default "grafana"
   */
  readonly user?: string;
  /**
   * That user's password.
   *
   * @default - none: the server trusts Grafana's address
   */
  readonly password?: Secret;
  /** `disable`, `require`, `verify-ca` or `verify-full`. @default "require" */
  readonly sslMode?: string;
}

/** Settings of a {@link Grafana}. */
export interface GrafanaProps extends MovableProps {
  /**
   * The port of its pages.
   *
   * @default 3000
   */
  readonly port?: number;
  /** Dashboards beside our own three (all servers, one server, the monitoring itself). @default - none */
  readonly dashboards?: readonly Dashboard[];
  /**
   * The password of the user `admin`. A changed one takes the place of what Grafana knew, also of what was set in its
   * pages.
   *
   * @default - the server makes one at the first start; the output `grafana_password_command` shows it
   */
  readonly adminPassword?: Secret;
  /**
   * What Grafana encrypts the secrets in its database with. It can't be changed later.
   *
   * @default - the server makes one at the first start, and keeps it with the data
   */
  readonly secretKey?: Secret;
  /**
   * Where people open it, if not at its server's address: behind a proxy, or by a name of its own, such as
   * `https://grafana.example.com/`. With https, cookies are sent encrypted only.
   *
   * @default - its server's address and port
   */
  readonly url?: string;
  /**
   * The certificate by which it serves https itself.
   *
   * @default - plain HTTP
   */
  readonly tls?: GrafanaTls;
  /**
   * A PostgreSQL that keeps users, preferences and copies of dashboards.
   *
   * @default - SQLite, in its own folder
   */
  readonly database?: GrafanaDatabase;
  /**
   * More of `grafana.ini`, by section and key, such as `{ "auth.google": { enabled: "true", client_id: "…" } }`.
   * What follows from other settings is refused.
   *
   * @default - none
   */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The same for what is secret, such as `{ "auth.google": { client_secret: Secret.fromFile("…") } }`. @default - none */
  readonly secretSettings?: Readonly<Record<string, Readonly<Record<string, Secret>>>>;
  /** Another release than the pinned one. @default - the pinned release */
  readonly version?: string;
}
