import { isIPv6 } from "node:net";
import { addressProblem, sshPortProblem } from "./address";

/** The parts of a jump host. */
export interface JumpHost {
  /** @default - the user of the SSH configuration */
  readonly user?: string;
  /** Host name or IP address, without brackets. */
  readonly host: string;
  /** @default - the port of the SSH configuration, else 22 */
  readonly port?: number;
}

/** Parses `user@host:port`. User and port are optional; an IPv6 address with a port needs brackets. */
export function parseJumpHost(text: string): JumpHost {
  const [, user, hostAndPort = ""] = /^(?:([^@]*)@)?(.*)$/.exec(text) ?? [];
  const match = isIPv6(hostAndPort) ? undefined : /^\[?([^[\]]*?)\]?(?::(\d+))?$/.exec(hostAndPort);
  const [, host, port] = match ?? [hostAndPort, hostAndPort];
  return { user, host, port: port === undefined ? undefined : Number(port) };
}

/** Returns what is wrong with a jump host, or undefined. */
export function jumpHostProblem(text: string): string | undefined {
  const { user, host, port } = parseJumpHost(text);
  const found =
    (user === undefined || /^[^\s@:/-][^\s@:/]*$/.test(user) ? undefined : `"${user}" is not a user name`) ??
    addressProblem(host) ??
    (port === undefined ? undefined : sshPortProblem(port));
  return found === undefined ? undefined : `"${text}" is not a jump host such as "admin@203.0.113.7:22": ${found}`;
}
