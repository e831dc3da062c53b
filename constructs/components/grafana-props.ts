import { Dashboard } from "../../lib/dashboards/dashboard";
import { Secret } from "../../lib/inventory/secret";
import { AdoptProps } from "./adopt";
import { ApiPortProps } from "./gateway-props";
import { ResourceProps } from "./resources";
import { MovableProps } from "./on-move";

/**
 * TLS certificate and key of Grafana, as files on its server.
 *
 * Root reads the files when Grafana starts. After a renewal, restart `grafana.service`.
 */
export interface GrafanaTls {
  /**
   * Path of the PEM file with the certificate and its chain: `/etc/letsencrypt/live/grafana.example.com/fullchain.pem`.
   */
  readonly certificate: string;
  /** Path of the PEM file with the private key. */
  readonly key: string;
}

/** PostgreSQL database of Grafana. The database must exist; Grafana creates its tables. */
export interface GrafanaDatabase {
  /** Name or IP address of the database server. */
  readonly host: string;
  /**
   * Port of the database server.
   *
   * @default 5432
   */
  readonly port?: number;
  /**
   * Name of the database.
   *
   * @default "grafana"
   */
  readonly name?: string;
  /**
   * User that owns the database.
   *
   * @default "grafana"
   */
  readonly user?: string;
  /**
   * Password of the user.
   *
   * @default - none; the database server must accept connections from Grafana without a password
   */
  readonly password?: Secret;
  /**
   * TLS mode of the connection: `disable`, `require`, `verify-ca` or `verify-full`.
   *
   * @default "require"
   */
  readonly sslMode?: string;
}

/** Settings of a {@link Grafana}. */
export interface GrafanaProps extends AdoptProps, ApiPortProps, MovableProps, ResourceProps {
  /**
   * Port of the web UI.
   *
   * @default 3000
   */
  readonly port?: number;
  /**
   * Dashboards in addition to the built-in ones.
   *
   * @default - none
   */
  readonly dashboards?: readonly Dashboard[];
  /**
   * Password of the user `admin`. A changed value replaces the current password, even one that was set in the web UI.
   *
   * @default - a password that the server generates at the first start; the output `grafana_password_command` prints it
   */
  readonly adminPassword?: Secret;
  /**
   * Key with which Grafana encrypts the secrets in its database. The key cannot be changed later.
   *
   * @default - a key that the server generates at the first start and keeps with the data
   */
  readonly secretKey?: Secret;
  /**
   * URL at which people open Grafana, such as `https://grafana.example.com/`. Set it if Grafana is behind a proxy or
   * has a host name. With an https URL, browsers send cookies over TLS only.
   *
   * @default - the address of the server with the port
   */
  readonly url?: string;
  /**
   * TLS certificate with which Grafana serves https.
   *
   * @default - plain HTTP
   */
  readonly tls?: GrafanaTls;
  /**
   * PostgreSQL database for users, preferences and copies of dashboards.
   *
   * @default - SQLite in the data folder of Grafana
   */
  readonly database?: GrafanaDatabase;
  /**
   * Additional settings of `grafana.ini`, by section and key, such as
   * `{ "auth.google": { enabled: "true", client_id: "…" } }`. The synthesis rejects settings that another prop controls.
   *
   * @default - none
   */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Secret settings of `grafana.ini`, such as `{ "auth.google": { client_secret: Secret.fromFile("…") } }`.
   *
   * @default - none
   */
  readonly secretSettings?: Readonly<Record<string, Readonly<Record<string, Secret>>>>;
  /**
   * Version to install instead of the pinned one.
   *
   * @default - the pinned version
   */
  readonly version?: string;
}
