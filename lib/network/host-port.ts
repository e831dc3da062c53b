import { isIPv6 } from "node:net";

/** Joins a host and a port, with brackets around an IPv6 address. */
export function hostPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
