import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GoModule } from "../../tools/local/source/go";
import { goProgram } from "./go-program";
import { Project } from "./project";
import { until } from "./wait";

const MODULE: GoModule = {
  name: "pebble",
  module: "github.com/letsencrypt/pebble/v2",
  packages: ["cmd/pebble"],
  tags: [],
};
const DIRECTORY_PORT = 14000;
const MANAGEMENT_PORT = 15000;

/**
 * Pebble on a server that runs no component: the ACME server that Let's Encrypt develops for tests. It validates names at
 * port 80, like Let's Encrypt. The hosts file of its server is its DNS.
 */
export class Pebble {
  /** PEM file with the authority of the certificate that Pebble itself shows. */
  public readonly authority: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "pebble-"));

  /** @param address address of its server, which exists later */
  public constructor(
    private readonly project: Project,
    private readonly server: string,
    private readonly address: string,
  ) {
    this.authority = join(this.folder, "authority.pem");
    const key = [
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      this.file("key.pem"),
    ];
    const names = ["-subj", "/CN=pebble", "-addext", `subjectAltName=IP:${address}`];
    execFileSync("openssl", ["req", "-x509", ...key, "-days", "2", ...names, "-out", this.authority], {
      stdio: "pipe",
    });
  }

  /** URL of the directory. */
  public get directory(): string {
    return `https://${this.address}:${DIRECTORY_PORT}/dir`;
  }

  /** Starts Pebble, which resolves each name to an address. */
  public async start(hosts: Readonly<Record<string, string>>): Promise<void> {
    const { project, server } = this;
    project.docker("cp", await goProgram(MODULE), `${project.prefix}-${server}:/usr/local/bin/pebble`);
    for (const file of ["key.pem", "authority.pem"])
      project.write(server, `/etc/pebble/${file}`, readFileSync(this.file(file), "utf8"));
    const config = {
      listenAddress: `0.0.0.0:${DIRECTORY_PORT}`,
      managementListenAddress: `0.0.0.0:${MANAGEMENT_PORT}`,
      certificate: "/etc/pebble/authority.pem",
      privateKey: "/etc/pebble/key.pem",
      httpPort: 80,
      keyAlgorithm: "ecdsa",
      retryAfter: { authz: 1, order: 1 },
    };
    project.write(server, "/etc/pebble/config.json", JSON.stringify({ pebble: config }));
    const lines = Object.entries(hosts).map(([name, address]) => `echo ${address} ${name} >>/etc/hosts`);
    const start =
      "systemd-run --quiet --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 pebble -config /etc/pebble/config.json";
    project.on(server, [...lines, start].join("\n"));
    await until("the directory of Pebble", 30, () => this.request(DIRECTORY_PORT, "/dir") !== undefined);
  }

  /** Returns the root certificate, in PEM, of the certificates that Pebble issues. Each start creates another one. */
  public get root(): string {
    return this.request(MANAGEMENT_PORT, "/roots/0") ?? "";
  }

  /** Removes the files on this machine. */
  public end(): void {
    rmSync(this.folder, { recursive: true });
  }

  private request(port: number, path: string): string | undefined {
    try {
      return this.project.on(this.server, `curl -sfk https://${this.address}:${port}${path}`);
    } catch {
      return undefined;
    }
  }

  private file(name: string): string {
    return join(this.folder, name);
  }
}
