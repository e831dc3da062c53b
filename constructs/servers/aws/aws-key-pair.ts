import { existsSync, readFileSync } from "node:fs";
import { expandHome } from "../../../lib/paths";

/** Settings of {@link KeyPair.named}. */
export interface NamedKeyPairOptions {
  /**
   * The private key's file on the controller.
   *
   * @default - the SSH agent's keys, else the user's own defaults
   */
  readonly keyFile?: string;
}

/** The key pair that lets the controller into new EC2 instances. */
export class KeyPair {
  /** A key pair that EC2 has already, by its name. */
  public static named(name: string, options: NamedKeyPairOptions = {}): KeyPair {
    if (name === "") throw new Error("KeyPair.named takes the name of an EC2 key pair, got an empty string");
    return new KeyPair(options.keyFile, name);
  }

  /**
   * The key pair of a private key on the controller, such as `~/.ssh/id_ed25519`. Its public key, in the file of the
   * same name with `.pub`, is registered with EC2 under the network's name.
   */
  public static fromFile(keyFile: string): KeyPair {
    return new KeyPair(keyFile, undefined);
  }

  private constructor(
    /** The private key's file on the controller. */
    public readonly keyFile: string | undefined,
    /** The name under which EC2 has it; undefined for one that is to be registered. */
    public readonly name: string | undefined,
  ) {}

  /**
   * The public key that is to be registered, as OpenSSH writes it.
   *
   * @throws when there is none beside the private key
   */
  public readPublicKey(): string {
    const path = expandHome(this.keyFile ?? "");
    const publicFile = `${path}.pub`;
    if (!existsSync(publicFile)) {
      throw new Error(
        `there is no public key ${publicFile}: make it from the private one by "ssh-keygen -y -f ${path} > ${publicFile}", or make a new pair by "ssh-keygen -t ed25519 -f ${path}"`,
      );
    }
    const publicKey = readFileSync(publicFile, "utf8").trim();
    if (!/^(ssh|ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?$/.test(publicKey))
      throw new Error(`${publicFile} is not a public key of OpenSSH's (one line, "ssh-ed25519 AAAA…")`);
    return publicKey;
  }
}
