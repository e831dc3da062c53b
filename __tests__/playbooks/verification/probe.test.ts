import { ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, Server } from "node:net";
import { deflateSync } from "node:zlib";
import { start } from "../python";

/** The results of connections to ports. */
async function probe(from: string | null, ...to: [string, number][]): Promise<unknown> {
  const word = deflateSync(JSON.stringify({ from, to })).toString("base64");
  const { code, stdout, stderr } = await start("verification/probe.py", [word], process.env).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** Starts a program with the listening socket `server`. The program must print the port first. */
async function serve(program: string): Promise<{ child: ChildProcessWithoutNullStreams; port: number }> {
  const begin = "import socket, sys\nserver = socket.create_server(('127.0.0.1', 0), backlog=0)";
  const child = spawn("python3", ["-c", begin + program]);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, port: Number(String(line)) };
}

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
}

it("reports open and refused ports, in order", async () => {
  const [open, closed] = [await listen(), await listen()];
  closed.server.close();
  const found = await probe(null, ["127.0.0.1", closed.port], ["127.0.0.1", open.port], ["127.0.0.1", open.port]);
  open.server.close();
  expect(found).toEqual(["refused", "open", "open"]);
});

it("reports a port without an answer as filtered, and probes many of them at the same time", async () => {
  // A full queue drops connections as a firewall does.
  const { child, port } = await serve(`
waiting = [socket.socket() for _ in range(3)]
for each in waiting:
    each.setblocking(False)
    each.connect_ex(server.getsockname())
print(server.getsockname()[1], flush=True)
sys.stdin.read()`);
  const started = Date.now();
  const found = await probe(null, ...Array.from({ length: 50 }, (): [string, number] => ["127.0.0.1", port]));
  child.kill();
  expect(found).toEqual(Array(50).fill("filtered"));
  expect(Date.now() - started).toBeLessThan(6000);
});

it("connects from the given address", async () => {
  const { child, port } = await serve(`
print(server.getsockname()[1], flush=True)
print(server.accept()[1][0], flush=True)`);
  let seen = "";
  child.stdout.on("data", (text: Buffer) => (seen += String(text)));
  const ended = once(child, "close");
  await probe("127.0.0.2", ["127.0.0.1", port]);
  await ended;
  expect(seen.trim()).toBe("127.0.0.2");
});

it("distinguishes a missing source address and an unknown host name from closed ports", async () => {
  expect(await probe("192.0.2.99", ["127.0.0.1", 9])).toEqual(["unreachable"]);
  expect(await probe(null, ["no-such-name.invalid", 9])).toEqual([expect.stringMatching(/^error: /)]);
});

it("encodes the probes of a thousand servers for a command line", () => {
  const program = `
import sys
sys.dont_write_bytecode = True
import probe
print(len(probe.encode({"from": None, "to": [[f"10.{i // 250}.7.{i % 250}", port] for i in range(1000) for port in (9100, 9080, 22)]})))`;
  const length = execFileSync("python3", ["-c", program], { cwd: "playbooks/verification", encoding: "utf8" });
  expect(Number(length)).toBeLessThan(32 * 1024);
});
