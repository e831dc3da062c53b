import { hostPort } from "../lib/host-port";
import { IServer } from "./server";

/** The command that makes a port of a server the same port of the technician's own machine, until it is stopped. */
export function sshTunnel({ ssh, bindAddress }: IServer, port: number): string {
  const { host, port: sshPort = 22, user, keyFile, jumpHost } = ssh;
  return [
    "ssh -N",
    `-L ${port}:${hostPort(bindAddress || "localhost", port)}`,
    ...(sshPort === 22 ? [] : [`-p ${sshPort}`]),
    ...(keyFile === undefined ? [] : [`-i ${keyFile}`]),
    ...(jumpHost === undefined ? [] : [`-J ${jumpHost}`]),
    `${user}@${host}`,
  ].join(" ");
}
