import { hostPort } from "../../lib/network/host-port";
import { IServer } from "../contracts";

/** Returns the command that forwards a port of a server to the same port on the machine of the technician. */
export function sshTunnel(server: IServer, port: number): string {
  return sshCommand(server, ["-N", `-L ${port}:${hostPort(server.bindAddress || "localhost", port)}`]);
}

/**
 * Returns the ssh command with which a technician connects to a server.
 *
 * @param command command to run on the server; by default a shell, unless the options disable it
 */
export function sshCommand({ ssh }: IServer, options: readonly string[], command?: string): string {
  const { host, port: sshPort = 22, user, keyFile, jumpHost } = ssh;
  return [
    "ssh",
    ...options,
    ...(sshPort === 22 ? [] : [`-p ${sshPort}`]),
    ...(keyFile === undefined ? [] : [`-i ${keyFile}`]),
    ...(jumpHost === undefined ? [] : [`-J ${jumpHost}`]),
    `${user}@${host}`,
    ...(command === undefined ? [] : [command]),
  ].join(" ");
}
