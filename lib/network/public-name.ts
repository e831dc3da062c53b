/** Top-level domains that are reserved for private networks, tests and documents, so that no public authority issues names in them. */
const RESERVED = ["example", "home.arpa", "internal", "invalid", "lan", "local", "localhost", "onion", "test"];
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * Returns why an authority cannot issue a certificate for a host name, or undefined.
 *
 * @param publicly whether the authority is a public one, which issues no names of private networks
 */
export function hostNameProblem(name: string, publicly: boolean): string | undefined {
  const labels = name.split(".");
  const example = 'use a name such as "grafana.example.com"';
  if (labels.includes("*")) return `"${name}" is a wildcard, which needs access to the DNS zone: ${example}`;
  if (name !== name.toLowerCase()) return `"${name}" contains upper-case letters: write "${name.toLowerCase()}"`;
  if (name.length > 253 || labels.length < 2 || labels.some((label) => label.length > 63 || !LABEL.test(label)))
    return `"${name}" is not a complete DNS name: ${example}`;
  if (/^\d+$/.test(labels.at(-1) ?? "")) return `"${name}" is an address: ${example}`;
  const reserved = RESERVED.find((domain) => name.endsWith(`.${domain}`));
  return publicly && reserved !== undefined
    ? `"${name}" ends with ".${reserved}", for which no public authority issues certificates: use a public name, or set acmeDirectory to an ACME server of your own`
    : undefined;
}
