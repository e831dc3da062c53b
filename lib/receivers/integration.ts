import { Secret, SecretReference } from "../inventory/secret";

/** A value of Alertmanager's configuration. */
export type Setting = string | number | boolean | readonly Setting[] | { readonly [name: string]: Setting | undefined };

/** One way by which a receiver is told, as Alertmanager's configuration has it. */
export interface Integration {
  /** The key of its list in a receiver: `slack_configs`. */
  readonly key: string;
  /** What its settings need and nobody may read, by the names that {@link settings} gets the files for: `…url` are URLs. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /**
   * Its settings.
   *
   * @param file the path of the file on the server that holds a secret
   */
  readonly settings: (file: (secret: string) => string) => Readonly<Record<string, Setting | undefined>>;
}

/** An integration of the receiver whose name begins the names of its secrets' files. */
export interface OwnedIntegration extends Integration {
  readonly owner: string;
}

/** By what name the role knows a secret of an integration: a file's name on the server. */
export function secretName(owner: string, secret: string): string {
  return `${owner}.${secret}`;
}

/** How the secrets of an integration stand in the inventory. */
export function integrationSecrets({ owner, secrets }: OwnedIntegration): SecretReference[] {
  return Object.entries(secrets).map(([name, secret]) => {
    const full = secretName(owner, name);
    return name.endsWith("url") ? secret._urlReference(full) : secret._reference(full);
  });
}
