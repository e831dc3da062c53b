import { hostPort } from "../../lib/network/host-port";
import { IServer } from "../contracts";

/** The command that makes a port of a server the same port of the technician's own machine, until it is stopped. */
export function sshTunnel(server: IServer, port: number): string {
  return sshCommand(server, ["-N", `-L ${port}:${hostPort(server.bindAddress || "localhost", port)}`]);
}

/**
 * The command by which a technician comes to a server.
 *
 * @param command what is run there; by default a shell, unless the options say otherwise
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
