import { isIP } from "node:net";

/** Returns what is wrong with the address of a server, or undefined. Allows only an IP address or a host name. */
export function addressProblem(address: string): string | undefined {
  if (isIP(address) !== 0 || isHostName(address)) return undefined;
  return `"${address}" is not an IP address or a host name: use one such as "203.0.113.7" or "app.example.com", without user and port`;
}

/** Whether an address is a host name that must be resolved. False for an IP address. */
export function isHostName(address: string): boolean {
  const labels = address.split(".");
  return (
    isIP(address) === 0 &&
    address.length <= 253 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) &&
    // A name whose last label is a number is a mistyped IPv4 address.
    !/^\d+$/.test(labels.at(-1) ?? "")
  );
}

/** Returns what is wrong with the port of an SSH server, or undefined. */
export function sshPortProblem(port: number): string | undefined {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return undefined;
  return `${port} is not a port: use a whole number from 1 to 65535`;
}
