import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { programTest, rootTest } from "../support/root";
import { removeFolders, temporaryFolder, writeProgram } from "./python";

const scripts = join(playbooksDirectory, "roles/base/files");
const ARCHITECTURE = process.arch === "arm64" ? "arm64" : "amd64";

afterAll(removeFolders);

/** The preflight checks of a server on this machine, in check mode. */
class Preflight {
  public readonly folder = temporaryFolder();
  public readonly marker = join(this.folder, "marker");

  public path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes the marker of a successful run. */
  public mark(fingerprint: string, mode = 0o600): this {
    writeFileSync(this.marker, `${fingerprint}\n`);
    chmodSync(this.marker, mode);
    return this;
  }

  /** Returns what the script prints, without the problem that this machine may not run systemd. */
  public run(env: Readonly<Record<string, string>> = {}, systemd: Readonly<Record<string, string>> = {}): string[] {
    const bin = this.path("bin");
    if (!existsSync(bin)) mkdirSync(bin);
    const answers = Object.entries({ MainPID: "0", NeedDaemonReload: "no", ...systemd });
    const cases = answers.map(([property, value]) => `*" --property ${property} "*) echo "${value}" ;;`).join("\n");
    writeProgram(join(bin, "systemctl"), `#!/bin/sh\ncase " $* " in\n${cases}\nesac\n`);
    const defaults = {
      RUN: "example",
      MARKER: this.marker,
      FINGERPRINT: "1",
      FORCE: "",
      CHECK: "yes",
      USER_RUN: "",
      ARCHITECTURE: "",
      FIREWALL_FINGERPRINT: "",
      ...{ OWNER_ID: "", OWNER_NAME: "", OWNER_FORMER: "", TRANSFER: "", COMPONENTS: "" },
      ...{ SERVICE_CONFIG: "", SERVICE_STATE: "", SERVICE_FILES: "", SERVICE_ADOPT: "", SERVICE_FORMER_UNITS: "" },
      SERVICE: "",
      SERVICE_COMMANDS: "",
      SERVICE_READS: "",
      SERVICE_RELEASE: "/opt/cdktf-monitoring/example-1.0.0",
      SERVICE_DATA: "",
      SERVICE_FOLDERS: "",
      SERVICE_START_FILES: "",
      SERVICE_ADDRESS: "",
    };
    const { status, stdout, stderr } = spawnSync("sh", [join(scripts, "preflight.sh")], {
      cwd: scripts,
      encoding: "utf8",
      env: { ...defaults, ...env, LC_ALL: "C", PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` },
    });
    if (status !== 0 || stderr !== "") throw new Error(`exit code ${String(status)}: ${stderr}`);
    const lines = stdout.split("\n").filter((line) => line !== "");
    if (env.SERVICE !== undefined && !lines.some((line) => /^(memory=[1-9]\d+|current=yes)$/.test(line)))
      throw new Error(`no line tells the memory of the server: ${stdout}`);
    return lines.filter((line) => !/^problem=systemd is not running|^memory=/.test(line));
  }
}

rootTest("reports a server as current, in one line, if a run with the same fingerprint succeeded there", async () => {
  const server = new Preflight().mark("1");
  expect(server.run()).toEqual(["current=yes"]);
  expect(server.run({ FORCE: "yes" })).toEqual([]);
  expect(server.run({ FINGERPRINT: "2" })).toEqual([]);
  expect(server.mark("1", 0o400).run()).toEqual([]);
  await Promise.resolve();
});

rootTest(
  "reports whether the user of a user-provided component exists, and can have a group that reads the key",
  async () => {
    const problem =
      "problem=the user nobody is not in a group of the same name, which must be able to read the key of example: create this group and add the user to it, or remove the property user of the component";
    const lines = (user: string): string[] => new Preflight().run({ USER_RUN: "yes", KEY_USER: user });
    expect(["", "not-created-yet", "root", "nobody"].map(lines)).toEqual([[], [], ["user=yes"], ["user=yes", problem]]);
    await Promise.resolve();
  },
);

rootTest("reports another architecture than the declared one", async () => {
  const server = new Preflight();
  expect(server.run({ ARCHITECTURE })).toEqual([]);
  expect(server.run({ ARCHITECTURE: "riscv64" })).toEqual([
    `problem=the server is ${ARCHITECTURE}, but was declared as riscv64: correct its architecture`,
  ]);
  await Promise.resolve();
});

rootTest("reports each missing command and file", async () => {
  const server = new Preflight();
  writeFileSync(server.path("a file"), "");
  const env = {
    SERVICE: "example",
    SERVICE_COMMANDS: "sh dash\nno-such-command its-package",
    SERVICE_READS: `${server.path("a file")}\n${server.path("missing file")}`,
  };
  expect(server.run(env)).toEqual([
    "problem=no-such-command is missing, which example needs: apt-get install its-package",
    `problem=${server.path("missing file")} does not exist, and example must read it`,
  ]);
  await Promise.resolve();
});

programTest("ss", "reports a port that another process uses, at the same address only", async () => {
  const server = new Preflight();
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const port = String((listener.address() as AddressInfo).port);
  const at = (address: string, pid = "0"): string[] =>
    server.run({ COMPONENTS: `example - - ${port}`, SERVICE_ADDRESS: address }, { MainPID: pid });
  const problem = expect.stringMatching(
    `^problem=port ${port} is in use by .*: stop it, or give example another port$`,
  ) as string;
  expect(at("127.0.0.1")).toEqual([problem]);
  expect(at("")).toEqual([problem]);
  expect(at("192.0.2.1")).toEqual([]);
  // A component may have several ports.
  expect(server.run({ COMPONENTS: `example - - 1 ${port}`, SERVICE_ADDRESS: "" })).toEqual([problem]);
  expect(at("", String(process.pid))).not.toContainEqual(problem);
  listener.close();
});

rootTest("lists the files in the folders of the component, and nothing of other folders", async () => {
  const server = new Preflight();
  mkdirSync(server.path("rules"));
  mkdirSync(server.path("rules/folder"));
  writeFileSync(server.path("rules/a b.yml"), "");
  const env = { SERVICE: "example", SERVICE_FOLDERS: `${server.path("rules")}\n${server.path("none")}` };
  expect(server.run(env)).toEqual([`owned=${server.path("rules/a b.yml")}`]);
  await Promise.resolve();
});

rootTest("asks for a restart if an interrupted run changed a file after the service started", async () => {
  const server = new Preflight();
  writeFileSync(server.path("settings"), "");
  const env = { SERVICE: "example", SERVICE_START_FILES: server.path("settings") };
  const running = (since: string): Readonly<Record<string, string>> => ({
    MainPID: "4194303",
    ActiveEnterTimestamp: since,
  });
  expect(server.run(env, running("2020-01-01 00:00:00.000000 UTC"))).toEqual(["reload=yes", "restart=yes"]);
  expect(server.run(env, running("2100-01-01 00:00:00.000000 UTC"))).toEqual(["reload=yes"]);
  expect(server.run(env)).toEqual([]);
  server.mark("0");
  expect(server.run(env, running("2020-01-01 00:00:00.000000 UTC"))).toEqual([]);
  expect(server.run(env, { NeedDaemonReload: "yes" })).toEqual(["restart=yes"]);
  await Promise.resolve();
});

rootTest("changes nothing in check mode", async () => {
  const server = new Preflight().mark("0");
  server.run({ SERVICE: "example" });
  expect(readdirSync(server.folder).sort()).toEqual(["bin", "marker"]);
  expect(existsSync("/etc/cdktf-monitoring/components/example")).toBe(false);
  await Promise.resolve();
});
