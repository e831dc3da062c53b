import { pathProblem } from "../paths";
import { isPrintable } from "../printable";

/** Reference to a secret in the inventory. It contains the location of the value on the controller, never the value. */
export interface SecretReference {
  /** Name by which the role requests the secret. */
  readonly name: string;
  /** Environment variable of the controller that holds the value. */
  readonly environment?: string;
  /** File on the controller that holds the value. */
  readonly file?: string;
  /** Version of the secret. A new version triggers the runs that use it. */
  readonly version: string;
  /**
   * Whether the value must be a URL. If it is not a URL, the run fails before it changes anything.
   *
   * @default false
   */
  readonly url?: boolean;
}

/** Settings of a {@link Secret}. */
export interface SecretOptions {
  /**
   * Version of the secret. Terraform cannot detect a changed value. To install a new value with the next deploy, change
   * the version. `npm run rotate` installs a new value without a new version.
   *
   * @default "1"
   */
  readonly version?: string;
}

/**
 * A reference to a secret value. The controller (the machine that runs `cdktf deploy`) reads the value at deploy time.
 * The value never enters Terraform's state, plan or output.
 *
 * @example
 * Receiver.slack("slack", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") });
 */
export class Secret {
  /**
   * A secret in an environment variable of the controller.
   *
   * @param variable name of the environment variable
   * @throws if `variable` is not the name of an environment variable, for example because it is the secret itself
   */
  public static fromEnvironment(variable: string, options: SecretOptions = {}): Secret {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
      // The text may be the secret, so the message does not repeat it.
      throw new Error(
        'Secret.fromEnvironment: not the name of an environment variable: pass a name such as "SCRAPE_TOKEN", not the secret itself',
      );
    }
    return new Secret({ environment: variable }, options);
  }

  /**
   * A secret in a file on the controller. White space at the start and end of the file is ignored.
   *
   * @param path path of the file, absolute or relative to the project
   * @throws if `path` is empty, or contains a quote or a control character
   */
  public static fromFile(path: string, options: SecretOptions = {}): Secret {
    const problem = pathProblem(path);
    if (problem !== undefined) throw new Error(`Secret.fromFile: path: ${problem}`);
    return new Secret({ file: path }, options);
  }

  /** Version of the secret. */
  public readonly version: string;

  private constructor(
    private readonly source: { readonly environment: string } | { readonly file: string },
    options: SecretOptions,
  ) {
    this.version = options.version ?? "1";
    if (!isPrintable(this.version))
      throw new Error("Secret: version: it contains control or other invisible characters: remove them");
  }

  /**
   * Returns the reference for a role that requests the secret as `name`.
   *
   * @internal
   */
  public _reference(name: string): SecretReference {
    return { name, ...this.source, version: this.version };
  }

  /**
   * Returns a reference like {@link _reference} whose value must be a URL.
   *
   * @internal
   */
  public _urlReference(name: string): SecretReference {
    return { ...this._reference(name), url: true };
  }
}
