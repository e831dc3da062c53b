import { existsSync, readFileSync } from "node:fs";
import { expandHome } from "../../../lib/paths";

/** Settings of {@link KeyPair.named}. */
export interface NamedKeyPairOptions {
  /**
   * Private key file on the controller. `~` is the home directory; a relative path starts at the project.
   *
   * @default - the keys of the SSH agent, else the default keys of the user
   */
  readonly keyFile?: string;
}

/**
 * The key pair with which the controller logs in to new EC2 instances.
 *
 * @example
 * new AwsNetwork(this, "vpc", { keyPair: KeyPair.named("deployer", { keyFile: "~/.ssh/deployer" }) });
 */
export class KeyPair {
  /**
   * A key pair that exists in EC2.
   *
   * @param name name of the key pair
   * @throws if the name is empty
   */
  public static named(name: string, options: NamedKeyPairOptions = {}): KeyPair {
    if (name === "") throw new Error("KeyPair.named: the name is empty: pass the name of an EC2 key pair");
    return new KeyPair(options.keyFile, name);
  }

  /**
   * A private key on the controller. The network registers its public key with EC2, under the name of the network. The
   * public key is in the file with the same name and the suffix `.pub`.
   *
   * @param keyFile path of the private key, such as `~/.ssh/id_ed25519`
   */
  public static fromFile(keyFile: string): KeyPair {
    return new KeyPair(keyFile, undefined);
  }

  private constructor(
    /** Private key file on the controller. */
    public readonly keyFile: string | undefined,
    /** Name of the key pair in EC2; undefined if the network registers the public key. */
    public readonly name: string | undefined,
  ) {}

  /**
   * Reads the public key, in the format of OpenSSH.
   *
   * @throws if the file of the public key does not exist, or does not contain a public key
   * @internal
   */
  public _readPublicKey(): string {
    const path = expandHome(this.keyFile ?? "");
    const publicFile = `${path}.pub`;
    if (!existsSync(publicFile)) {
      throw new Error(
        `the public key ${publicFile} does not exist: derive it from the private key with "ssh-keygen -y -f ${path} > ${publicFile}", or create a new pair with "ssh-keygen -t ed25519 -f ${path}"`,
      );
    }
    const publicKey = readFileSync(publicFile, "utf8").trim();
    if (!/^(ssh|ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?$/.test(publicKey))
      throw new Error(
        `${publicFile} is not a public key in OpenSSH format: it must be one line such as "ssh-ed25519 AAAA…"`,
      );
    return publicKey;
  }
}
