import { isIP } from "node:net";

/** An IP address as a number. */
export interface Ip {
  readonly value: bigint;
  /** How many bits an address of its family has: 32 or 128. */
  readonly bits: number;
}

/** The address that a text stands for, in whatever notation; undefined when it is none, or one of a zone (`fe80::1%eth0`). */
export function parseIp(text: string): Ip | undefined {
  const family = isIP(text);
  if (family === 0 || text.includes("%")) return undefined;
  return family === 4 ? { value: fromParts(text.split("."), 10, 8n), bits: 32 } : { value: parseIpv6(text), bits: 128 };
}

/** An address in its canonical notation: for IPv6 that of RFC 5952, with no IPv4 address in it. */
export function formatIp({ value, bits }: Ip): string {
  if (bits === 32) return parts(value, 4, 8n).join(".");
  const groups = parts(value, 8, 16n);
  const zeros = longestRunOfZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(":");
  return `${hex.slice(0, zeros.start).join(":")}::${hex.slice(zeros.start + zeros.length).join(":")}`;
}

/** The address of a block's mask that an address belongs to: all bits beyond the mask are zero. */
export function networkOf({ value, bits }: Ip, mask: number): Ip {
  const beyond = BigInt(bits - mask);
  return { value: (value >> beyond) << beyond, bits };
}

function parseIpv6(text: string): bigint {
  const dotted = /[^:]+\.[^:]+$/.exec(text)?.[0];
  const embedded = dotted === undefined ? undefined : parseIp(dotted);
  const hex = parts(embedded?.value ?? 0n, 2, 16n).map((group) => group.toString(16));
  const plain = dotted === undefined ? text : `${text.slice(0, -dotted.length)}${hex.join(":")}`;
  const [head = [], tail] = plain.split("::").map((side) => side.split(":").filter((group) => group !== ""));
  const zeros = tail ? Array<string>(8 - head.length - tail.length).fill("0") : [];
  return fromParts([...head, ...zeros, ...(tail ?? [])], 16, 16n);
}

function fromParts(texts: readonly string[], radix: number, bits: bigint): bigint {
  return texts.reduce((sum, text) => (sum << bits) + BigInt(parseInt(text, radix)), 0n);
}

function parts(value: bigint, count: number, bits: bigint): number[] {
  return Array.from({ length: count }, (_, index) =>
    Number((value >> (BigInt(count - 1 - index) * bits)) % (1n << bits)),
  );
}

/** The first of the longest runs. */
function longestRunOfZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  const runs = groups.map((_, start) => {
    const end = groups.findIndex((group, index) => index >= start && group !== 0);
    return { start, length: (end === -1 ? groups.length : end) - start };
  });
  return runs.reduce((best, run) => (run.length > best.length ? run : best));
}
