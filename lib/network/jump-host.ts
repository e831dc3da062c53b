import { isIPv6 } from "node:net";
import { addressProblem, sshPortProblem } from "./address";

/** A server to go through, taken apart. */
export interface JumpHost {
  /** @default - what SSH's own configuration says */
  readonly user?: string;
  /** Name or address, without brackets. */
  readonly host: string;
  /** @default - what SSH's own configuration says, else 22 */
  readonly port?: number;
}

/** Reads `user@host:port`, of which user and port may be missing; an IPv6 address with a port stands in brackets. */
export function parseJumpHost(text: string): JumpHost {
  const [, user, place = ""] = /^(?:([^@]*)@)?(.*)$/.exec(text) ?? [];
  const [, host, port] = (isIPv6(place) ? undefined : /^\[?([^[\]]*?)\]?(?::(\d+))?$/.exec(place)) ?? [place, place];
  return { user, host, port: port === undefined ? undefined : Number(port) };
}

/** The first problem with a jump host, or undefined. */
export function jumpHostProblem(text: string): string | undefined {
  const { user, host, port } = parseJumpHost(text);
  const found =
    (user === undefined || /^[^\s@:/-][^\s@:/]*$/.test(user) ? undefined : `"${user}" is not a user's name`) ??
    addressProblem(host) ??
    (port === undefined ? undefined : sshPortProblem(port));
  return found === undefined ? undefined : `"${text}" is not a jump host such as "admin@203.0.113.7:22": ${found}`;
}
