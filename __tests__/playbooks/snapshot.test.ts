import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { rootTest } from "../support/root";
import { removeFolders, temporaryFolder } from "./python";

const scripts = join(playbooksDirectory, "roles/base/files");

afterAll(removeFolders);

/** A server's folders below a temporary folder, with an installed component. */
class Server {
  public readonly root = temporaryFolder();
  public readonly config = this.path("etc/example");

  public constructor() {
    for (const folder of ["programs/example-1.0.0", "units", "etc/example", "monitoring/manifest"])
      mkdirSync(this.path(folder), { recursive: true });
    writeFileSync(this.path("programs/example-1.0.0/.sha256"), "1\n");
    symlinkSync(this.path("programs/example-1.0.0"), this.path("programs/example"));
    this.write("units/example.service", "unit 1");
    this.write("etc/example/a b.yml", "configuration 1");
    this.write("etc/example/granted", "list 1");
    this.record("link", "programs/example");
    this.record("unit", "units/example.service");
    this.record("folder", "programs/example-1.0.0");
    this.record("file", "etc/example/a b.yml");
    this.record("file", "etc/example/granted");
  }

  public path(name: string): string {
    return join(this.root, name);
  }

  public write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  public read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  public record(kind: string, name: string): void {
    writeFileSync(this.path("monitoring/manifest/example"), `${kind} ${this.path(name)}\n`, { flag: "a" });
  }

  /** Switches to another release and configuration, as a run does. */
  public change(): void {
    mkdirSync(this.path("programs/example-2.0.0"), { recursive: true });
    this.record("folder", "programs/example-2.0.0");
    rmSync(this.path("programs/example"));
    symlinkSync(this.path("programs/example-2.0.0"), this.path("programs/example"));
    this.write("units/example.service", "unit 2");
    this.write("etc/example/granted", "list 2");
    this.write("etc/example/new.yml", "new");
    this.record("file", "etc/example/new.yml");
    rmSync(this.path("etc/example/a b.yml"));
  }

  /** Runs functions of snapshot.sh. */
  public run(command: string): string {
    const program = `set -eu
. ./manifest.sh
. ./snapshot.sh
monitoring_folder=${this.path("monitoring")} monitoring_programs=${this.path("programs")}
systemd_units=${this.path("units")} previous_folder=${this.path("monitoring/previous")}
lists=${this.path("etc/example/granted")} config=${this.config}
${command}`;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", program], { cwd: scripts, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  /** Describes all files that a rollback must restore. */
  public get listing(): string {
    const program = `cd ${this.root} && find units etc programs/example ! -name granted -printf '%p %y %m %u %g %T@ %l\\n' | sort; cat units/* etc/example/*.yml`;
    return spawnSync("sh", ["-c", program], { encoding: "utf8" }).stdout.replaceAll(/ d .*/g, "");
  }
}

const TAKE = 'take_snapshot example "$config" "$lists"';
const RESTORE = 'restore_snapshot example "$lists"';

rootTest("restores files, links, owners, modes and times, and removes files that were added", async () => {
  const server = new Server();
  chmodSync(server.path("etc/example/a b.yml"), 0o640);
  const before = server.listing;
  server.run(TAKE);
  server.change();
  expect(server.listing).not.toBe(before);
  server.run(RESTORE);
  expect(server.listing).toBe(before);
  // A list about the state of the server is no configuration.
  expect(server.read("etc/example/granted")).toBe("list 2");
  await Promise.resolve();
});

rootTest("keeps the copy until it is dropped, so that a second attempt can fail too", async () => {
  const server = new Server();
  const before = server.listing;
  server.run(TAKE);
  for (let attempt = 0; attempt < 2; attempt++) {
    server.change();
    server.run(RESTORE);
    expect(server.listing).toBe(before);
  }
  server.run("drop_snapshot example");
  expect(existsSync(server.path("monitoring/previous/example"))).toBe(false);
  await Promise.resolve();
});

rootTest("keeps the new release in the manifest, and forgets files that were added", async () => {
  const server = new Server();
  server.run(TAKE);
  const before = server.read("monitoring/manifest/example");
  server.change();
  server.run(RESTORE);
  expect(server.read("monitoring/manifest/example")).toBe(`${before}folder ${server.path("programs/example-2.0.0")}\n`);
  await Promise.resolve();
});

rootTest("lets only root read the copy", async () => {
  const server = new Server();
  server.run(`umask 022; ${TAKE}`);
  expect(statSync(server.path("monitoring/previous/example")).mode & 0o777).toBe(0o700);
  await Promise.resolve();
});

rootTest("copies the configuration of an earlier version, which wrote no manifest", async () => {
  const server = new Server();
  const before = server.listing;
  rmSync(server.path("monitoring/manifest/example"));
  server.run(TAKE);
  server.change();
  server.run(RESTORE);
  expect(server.listing).toBe(before);
  await Promise.resolve();
});

rootTest("restores a release that another archive of the same version replaced", async () => {
  const server = new Server();
  server.run(TAKE);
  server.write("programs/example-1.0.0.previous/.sha256", "1\n");
  server.write("programs/example-1.0.0/.sha256", "2\n");
  server.run(RESTORE);
  expect(server.read("programs/example-1.0.0/.sha256")).toBe("1\n");
  expect(existsSync(server.path("programs/example-1.0.0.previous"))).toBe(false);
  await Promise.resolve();
});
