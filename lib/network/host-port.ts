import { isIPv6 } from "node:net";

/** `host:port`, with the brackets that an IPv6 address needs. */
export function hostPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
