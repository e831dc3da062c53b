import type { Lab } from "./lab";

/** Response of a port: an echo, the end of the connection, a rejection, or nothing within a second. */
export type PortResponse = "answers" | "closed" | "refused" | "silent";

/** TCP ports of {@link Traffic.startEcho}. */
const ECHO_PORTS = [8080, 8081, 9093, 9095];
/** UDP port of {@link Traffic.startEcho}. */
const ECHO_DATAGRAMS = 9094;

/** Sends traffic to a server of a lab from the other servers, and records the responses. */
export class Traffic {
  private readonly target: string;

  /** @param server the server that receives the traffic */
  public constructor(
    private readonly lab: Lab,
    private readonly server: string,
  ) {
    this.target = lab.address(server);
  }

  /** Starts programs on the target that send back all received data, on TCP and UDP ports. */
  public startEcho(): void {
    this.start(
      this.server,
      "echo",
      `
import asyncio
class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
    def datagram_received(self, data, peer):
        self.transport.sendto(data, peer)
async def echo(reader, writer):
    while data := await reader.read(100):
        writer.write(data)
async def main():
    for port in (${ECHO_PORTS.join(", ")}):
        await asyncio.start_server(echo, "0.0.0.0", port)
    await asyncio.get_running_loop().create_datagram_endpoint(Echo, ("0.0.0.0", ${ECHO_DATAGRAMS}))
    await asyncio.Event().wait()
asyncio.run(main())`,
    );
  }

  /** Sends four bytes from a server to a port of the target, as root or another user, and returns the response. */
  public send(
    from: string,
    port: number,
    protocol: "tcp" | "udp" = "tcp",
    to = this.target,
    user = "root",
  ): PortResponse {
    const program = `
import socket
with socket.socket(socket.AF_INET, socket.${protocol === "udp" ? "SOCK_DGRAM" : "SOCK_STREAM"}) as it:
    it.settimeout(1)
    try:
        it.connect(("${to}", ${port}))
        it.send(b"echo")
        print("answers" if it.recv(4) else "closed")
    except TimeoutError:
        print("silent")
    except (ConnectionError, PermissionError): # The kernel refuses a datagram of a local process with EPERM.
        print("refused")
`;
    return this.lab.on(from, `runuser -u ${user} -- python3 -c '${program}'`) as PortResponse;
  }

  /** Keeps one connection open from a server to an echo port, as root or another user, and counts the echoes. */
  public startTalking(from: string, port: number, user = "root"): void {
    this.start(
      from,
      "talk",
      `
import socket, time
count = 0
with socket.create_connection(("${this.target}", ${port})) as it:
    while True:
        it.send(b"echo")
        count += it.recv(4) == b"echo"
        open("/tmp/talk", "w").write(str(count))
        time.sleep(0.05)`,
      user,
    );
  }

  /** Returns the number of echoes that a server has received on its open connection. */
  public echoes(from: string): number {
    return Number(this.lab.on(from, "cat /tmp/talk"));
  }

  /** Closes the connection of {@link startTalking}. */
  public stopTalking(from: string): void {
    this.lab.on(from, "systemctl stop talk; rm -f /tmp/talk");
  }

  /** Opens a new connection from a server to a port every few milliseconds, and counts the results. */
  public startConnecting(from: string, port: number): void {
    this.start(
      from,
      "connect",
      `
import collections, json, os, socket, time
count = collections.Counter()
while True:
    try:
        with socket.create_connection(("${this.target}", ${port}), 0.5):
            count["open"] += 1
    except OSError as error:
        count[type(error).__name__] += 1
    open("/run/connect.new", "w").write(json.dumps(count))
    os.replace("/run/connect.new", "/run/connect")
    time.sleep(0.01)`,
    );
  }

  /** Stops {@link startConnecting}, and returns the number of connections by result: `open` or the name of the error. */
  public stopConnecting(from: string): Readonly<Record<string, number>> {
    return JSON.parse(this.lab.on(from, "systemctl stop connect; cat /run/connect")) as Record<string, number>;
  }

  private start(server: string, unit: string, program: string, user = "root"): void {
    this.lab.on(
      server,
      `systemd-run --quiet --collect --unit=${unit} --uid=${user} --service-type=exec python3 -u -c '${program}'`,
    );
  }
}
