import type { Lab } from "./lab";

/** Connects to each `HOST PORT` of the arguments, and prints those that accept the connection. */
const CONNECT = `
import concurrent.futures, socket, sys
def connect(target):
    host, port = target.split()
    try:
        socket.create_connection((host, int(port)), 2).close()
        print(target, flush=True)
    except OSError:
        pass
with concurrent.futures.ThreadPoolExecutor(16) as pool:
    list(pool.map(connect, sys.argv[1:]))`;

/** Connects to each Unix socket of the arguments, and prints those that accept the connection. */
const CONNECT_UNIX = `
import socket, sys
for path in sys.argv[1:]:
    with socket.socket(socket.AF_UNIX) as it:
        try:
            it.connect("\\0" + path[1:] if path.startswith("@") else path)
            print(path)
        except OSError:
            pass`;

/** A user on a server who is not root, and what this user can reach. */
export class LocalUser {
  public constructor(
    private readonly lab: Lab,
    private readonly server: string,
    private readonly name = "nobody",
  ) {}

  /** Runs a shell command as the user, and returns its output. Does not fail if the command fails. */
  public run(command: string): string {
    const quoted = command.replaceAll("'", "'\\''");
    return this.lab.on(this.server, `runuser -u ${this.name} -- sh -c '${quoted}' 2>/dev/null || true`);
  }

  /** Returns the TCP ports of a server that accept connections of the user at any of the addresses, sorted. */
  public openPorts(owner: string, addresses: readonly string[]): number[] {
    const ports = this.lab.on(owner, "ss -ltnH | awk '{ sub(/.*:/, \"\", $4); print $4 }' | sort -un").split("\n");
    const targets = ports.flatMap((port) => addresses.map((address) => `"${address} ${port}"`));
    const open = lines(this.run(`python3 -c '${CONNECT}' ${targets.join(" ")}`));
    return [...new Set(open.map((target) => Number(target.split(" ")[1])))].sort((a, b) => a - b);
  }

  /** Returns the Unix sockets of services that accept connections of the user, of all those that processes of users have. */
  public openSockets(users: readonly string[]): string[] {
    const pids = `for user in ${users.join(" ")}; do ps -o pid= -u $user 2>/dev/null; done | sed 's/ *\\(.*\\)/pid=\\1,/'`;
    const sockets = this.lab.on(
      this.server,
      `${pids} > /run/pids; ss -lxHp | grep -F -f /run/pids | awk '{ print $5 }' | sort -u`,
    );
    return lines(sockets).length === 0
      ? []
      : lines(this.run(`python3 -c '${CONNECT_UNIX}' ${lines(sockets).join(" ")}`));
  }

  /** Returns the files below the folders that the user can read and that contain one of the texts. */
  public readableFiles(texts: readonly string[], folders: string): string[] {
    return lines(this.run(`grep -rlsF ${texts.map((text) => `-e "${text}"`).join(" ")} ${folders}`));
  }
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
