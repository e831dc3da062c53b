import { Secret, SecretReference } from "../inventory/secret";

/** A value in Alertmanager's configuration. */
export type Setting = string | number | boolean | readonly Setting[] | { readonly [name: string]: Setting | undefined };

/** A receiver integration of Alertmanager, such as one Slack webhook. */
export interface Integration {
  /** Key of the integration's list in a receiver: `slack_configs`. */
  readonly key: string;
  /** Secrets by the names that {@link settings} uses. A secret whose name ends in `url` must be a URL. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /**
   * Returns the settings of the integration.
   *
   * @param file returns the path of a secret's file on the server
   */
  readonly settings: (file: (secret: string) => string) => Readonly<Record<string, Setting | undefined>>;
}

/** An integration with the name of its receiver, which is the prefix of the names of its secret files. */
export interface OwnedIntegration extends Integration {
  readonly owner: string;
}

/** Returns the name of a secret in the role, which is also its file name on the server. */
export function secretName(owner: string, secret: string): string {
  return `${owner}.${secret}`;
}

/** Returns the references to an integration's secrets for the inventory. */
export function integrationSecrets({ owner, secrets }: OwnedIntegration): SecretReference[] {
  return Object.entries(secrets).map(([name, secret]) => {
    const full = secretName(owner, name);
    return name.endsWith("url") ? secret._urlReference(full) : secret._reference(full);
  });
}
