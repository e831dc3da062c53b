import { contract } from "../contract";
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

const JUMP_HOST = new RegExp(`^(?:${contract.jumpHost})$`);

/**
 * Parses `user@host:port`. User and port are optional; an IPv6 address with a port needs brackets.
 * `playbooks/controller/ssh.py` parses the same grammar.
 */
export function parseJumpHost(text: string): JumpHost {
  const [, user, host = "", port] = JUMP_HOST.exec(text) ?? [];
  return { user, host: host.replace(/^\[(.*)\]$/, "$1"), port: port === undefined ? undefined : Number(port) };
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
