import { ChildProcess, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, Server } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { pause } from "../support/wait";
import { removeFolders, temporaryFolder } from "./python";

const SCRIPT = join(playbooksDirectory, "roles", "gateway", "files", "wait-for-component.sh");
const POLL = 1.5; // Seconds, several times as long as the script waits between two attempts.

/** A server on which Loki listens on port 3100 as long as the file `old` exists. */
class OldServer {
  public readonly old: string;
  public readonly server: Server;
  private readonly folder = temporaryFolder();

  public constructor() {
    this.old = join(this.folder, "old");
    writeFileSync(this.old, "");
    const line = "LISTEN 0 4096 *:3100 *:* uid:991 ino:1 sk:1 cgroup:/loki v6only:0";
    // The user of the gateway.
    writeFileSync(join(this.folder, "id"), "#!/bin/sh\necho 992\n", { mode: 0o755 });
    writeFileSync(join(this.folder, "ss"), `#!/bin/sh\n[ ! -e ${this.old} ] || echo '${line}'\n`, { mode: 0o755 });
    this.server = createServer((_, response) => response.end("ready"));
  }

  /** Lets Loki answer on a port of the loopback address, and returns the port. */
  public async listen(port = 0): Promise<number> {
    await new Promise<void>((done) => this.server.listen(port, "127.0.0.1", done));
    return (this.server.address() as AddressInfo).port;
  }

  public async close(): Promise<void> {
    await new Promise((done) => this.server.close(done));
  }

  public wait(port: number): ChildProcess {
    const path = `${this.folder}:${process.env.PATH ?? ""}`;
    return spawn("sh", [SCRIPT, "loki", "3100", String(port), "/ready"], { env: { PATH: path }, stdio: "ignore" });
  }
}

const exitCode = (child: ChildProcess): Promise<number | null> => new Promise((done) => child.once("exit", done));

afterAll(removeFolders);

it("does not wait if the component does not listen on the port of the gateway", async () => {
  const server = new OldServer();
  rmSync(server.old);
  expect(await exitCode(server.wait(1))).toBe(0);
});

it("waits until the component has left the port of the gateway and is ready on its new port", async () => {
  const server = new OldServer();
  const port = await server.listen();
  await server.close();
  const waiting = server.wait(port);
  const ended = exitCode(waiting);
  await pause(POLL);
  // Loki stops, does not start with its new configuration, and goes back to its old port.
  rmSync(server.old);
  await pause(POLL);
  expect(waiting.exitCode).toBeNull();
  writeFileSync(server.old, "");
  await pause(POLL);
  rmSync(server.old);
  await server.listen(port);
  expect(await ended).toBe(0);
  await server.close();
});
