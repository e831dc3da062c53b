/** How a secret's reference stands in the inventory: where the controller finds the value, never the value. */
export interface SecretReference {
  /** The name by which the role asks for it. */
  readonly name: string;
  /** The environment variable that holds it on the controller. */
  readonly environment?: string;
  /** The file that holds it on the controller. */
  readonly file?: string;
  /** Changes when the secret does. */
  readonly version: string;
  /** Whether a run that is handed something else than a URL starts nothing. @default false */
  readonly url?: boolean;
}

/** Settings of a {@link Secret}. */
export interface SecretOptions {
  /**
   * Change it (to anything) to have the next deploy roll a changed secret out, for the value itself is never seen by
   * Terraform. `npm run rotate` does without.
   *
   * @default "1"
   */
  readonly version?: string;
}

/**
 * Something that must not be read by everyone. It holds the *name* of the place where the controller (the machine that
 * runs `cdktf deploy`) finds the value at deploy time; the value never enters Terraform's state, plan or output.
 */
export class Secret {
  /**
   * A secret in an environment variable of the controller.
   *
   * @throws when `variable` is not an environment variable's name (say, because it is the secret itself)
   */
  public static fromEnvironment(variable: string, options: SecretOptions = {}): Secret {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
      // The text may be the secret: it is not repeated.
      throw new Error(
        'Secret.fromEnvironment takes the name of an environment variable, such as "SCRAPE_TOKEN", not the secret itself',
      );
    }
    return new Secret({ environment: variable }, options);
  }

  /** A secret that is the content of a file on the controller (white space around it is not part of it). */
  public static fromFile(path: string, options: SecretOptions = {}): Secret {
    if (path === "") throw new Error("Secret.fromFile takes the path of a file, got an empty string");
    return new Secret({ file: path }, options);
  }

  /** Changes when the secret does. */
  public readonly version: string;

  private constructor(
    private readonly place: { readonly environment: string } | { readonly file: string },
    options: SecretOptions,
  ) {
    this.version = options.version ?? "1";
  }

  /** How it is handed to a role that knows it as `name`. */
  public reference(name: string): SecretReference {
    return { name, ...this.place, version: this.version };
  }

  /** As {@link reference}, of one that must be a URL. */
  public urlReference(name: string): SecretReference {
    return { ...this.reference(name), url: true };
  }
}
