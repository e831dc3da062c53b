import { isIP } from "node:net";

/** The first problem with a server's address, or undefined: it must be an IP address or a host name, and nothing else. */
export function addressProblem(address: string): string | undefined {
  if (isIP(address) !== 0 || isHostName(address)) return undefined;
  return `"${address}" is not an address: write an IP address or a name alone, such as "203.0.113.7" or "app.example.com" (user and port are settings of their own)`;
}

/** Whether it is a name that must be looked up, and no IP address. */
export function isHostName(address: string): boolean {
  const labels = address.split(".");
  return (
    isIP(address) === 0 &&
    address.length <= 253 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) &&
    // What ends in a number is meant to be an IPv4 address.
    !/^\d+$/.test(labels.at(-1) ?? "")
  );
}

/** The first problem with the port of an sshd, or undefined. */
export function sshPortProblem(port: number): string | undefined {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return undefined;
  return `${port} is not a port: it is a number from 1 to 65535`;
}
