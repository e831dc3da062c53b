import { join } from "node:path";
import { Secret, SecretReference } from "./inventory/secret";
import { pathProblem } from "./paths";

/** Settings of {@link Certificates.fromFiles}. */
export interface CertificateFilesOptions {
  /**
   * File with the certificates of the authorities that all components trust, absolute or relative to the project.
   *
   * @default - `authority.pem` in the folder
   */
  readonly authority?: string;
  /**
   * Version of the certificates. Terraform cannot detect changed files. To install changed certificates with the next
   * deploy, change the version. `npm run rotate` installs them without a new version.
   *
   * @default "1"
   */
  readonly version?: string;
}

/** Certificate and key of a component on a server, for {@link Certificates.fromSecrets}. */
export interface ComponentCertificate {
  /** Name of the server. */
  readonly server: string;
  /** Kind of the component, such as `node_exporter`. */
  readonly component: string;
  /** The certificate in PEM, followed by those of intermediate authorities. */
  readonly certificate: Secret;
  /** The private key in PEM, without a passphrase. */
  readonly key: Secret;
}

/** The secrets for {@link Certificates.fromSecrets}. */
export interface CertificateSecrets {
  /** The certificates of the authorities that all components trust, in PEM. */
  readonly authority: Secret;
  /** The certificate of each component on each server. */
  readonly components: readonly ComponentCertificate[];
}

/** Where the controller finds the certificate of a component. */
export interface CertificateSource {
  readonly authority: SecretReference;
  readonly certificate: SecretReference;
  readonly key: SecretReference;
}

/**
 * Certificates of a PKI (public key infrastructure) of your own. The controller reads them at deploy time, and checks them
 * before it changes any server. Keys never enter Terraform's state, plan or output.
 *
 * @example
 * Transport.mutualTls({ certificates: Certificates.fromFiles("pki") });
 */
export class Certificates {
  /**
   * Certificates in a folder on the controller: `<server>/<component>.pem` contains the certificate of a component,
   * followed by those of intermediate authorities, and `<server>/<component>-key.pem` its private key, as in
   * `app/node_exporter.pem` and `app/node_exporter-key.pem`. All files are in PEM.
   *
   * @param folder path of the folder, absolute or relative to the project
   * @throws if a path is empty, or contains a quote or a control character
   */
  public static fromFiles(folder: string, options: CertificateFilesOptions = {}): Certificates {
    const problem = pathProblem(folder);
    if (problem !== undefined) throw new Error(`Certificates.fromFiles: folder: ${problem}`);
    const { authority = join(folder, "authority.pem"), version } = options;
    const file = (path: string): Secret => Secret.fromFile(path, version === undefined ? {} : { version });
    return new Certificates(file(authority), (server, component) => ({
      server,
      component,
      certificate: file(join(folder, server, `${component}.pem`)),
      key: file(join(folder, server, `${component}-key.pem`)),
    }));
  }

  /**
   * Certificates in environment variables or files of the controller.
   *
   * @throws if a component of a server has two certificates
   */
  public static fromSecrets(secrets: CertificateSecrets): Certificates {
    const known = new Map<string, ComponentCertificate>();
    for (const each of secrets.components) {
      const place = `${each.component} on ${each.server}`;
      if (known.has(place)) throw new Error(`Certificates.fromSecrets: ${place} has two certificates: remove one`);
      known.set(place, each);
    }
    return new Certificates(secrets.authority, (server, component) => known.get(`${component} on ${server}`));
  }

  private constructor(
    private readonly authority: Secret,
    private readonly find: (server: string, component: string) => ComponentCertificate | undefined,
  ) {}

  /**
   * Where the controller finds the certificate of a component on a server. Undefined if there is none.
   *
   * @internal
   */
  public _of(server: string, component: string): CertificateSource | undefined {
    const found = this.find(server, component);
    if (found === undefined) return undefined;
    return {
      authority: this.authority._reference("authority"),
      certificate: found.certificate._reference("certificate"),
      key: found.key._reference("key"),
    };
  }
}
