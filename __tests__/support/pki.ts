import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The authorities that a component trusts, its certificate and its key, in PEM. */
export interface CertificateTexts {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A folder with keys and certificates of openssl. */
export class Pki {
  public constructor(private readonly folder: string) {
    this.create("authority");
  }

  /** Issues a certificate with the extensions, and returns the texts for it. */
  public issue(extensions: string, days = 365, issuer = "authority"): CertificateTexts {
    this.openssl("req", "-new", ...KEY, "-subj", "/CN=app", "-keyout", "key.pem", "-out", "request.pem");
    const signing = ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}-key.pem`, "-CAcreateserial", "-days", String(days)];
    writeFileSync(join(this.folder, "extensions.cnf"), extensions);
    const files = ["-in", "request.pem", "-out", "certificate.pem", "-extfile", "extensions.cnf"];
    this.openssl("x509", "-req", ...files, ...signing);
    return {
      authority: this.read("authority.pem"),
      certificate: this.read("certificate.pem"),
      key: this.read("key.pem"),
    };
  }

  /** Creates an authority that signs itself. */
  public create(name: string, days = 3650): void {
    const files = ["-keyout", `${name}-key.pem`, "-out", `${name}.pem`];
    this.openssl("req", "-x509", ...KEY, "-days", String(days), "-subj", `/CN=${name}`, ...files);
  }

  /** Creates an intermediate authority. */
  public intermediate(name: string): string {
    const { certificate } = this.issue("basicConstraints = critical, CA:TRUE\nsubjectKeyIdentifier = hash");
    execFileSync("sh", ["-c", `cp certificate.pem ${name}.pem; cp key.pem ${name}-key.pem`], { cwd: this.folder });
    return certificate;
  }

  public encrypted(): string {
    this.openssl("ec", "-in", "key.pem", "-aes256", "-passout", "pass:secret", "-out", "encrypted.pem");
    return this.read("encrypted.pem");
  }

  public read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  private openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
  }
}
