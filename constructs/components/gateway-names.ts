import { existsSync, readFileSync } from "node:fs";
import { hostNameProblem } from "../../lib/network/public-name";
import { prefixed } from "../../lib/prefixed";
import { Transport } from "../../lib/transport";
import { IComponent, IMonitoring } from "../contracts";
import { GatewayProps } from "./gateway-props";

/** Directory of Let's Encrypt. */
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";
/** Kinds of components that can have a host name. */
const KINDS: readonly string[] = ["grafana", "prometheus", "alertmanager"];

/** Returns the URL of the directory of the ACME server. */
export function acmeDirectory({ acmeDirectory: directory = LETS_ENCRYPT }: GatewayProps): string {
  return directory;
}

/** Returns the host name of a component's web UI, undefined if it has none. */
export function hostNameOf(monitoring: IMonitoring, kind: string): string | undefined {
  return new Map(Object.entries(monitoring._gateway.names ?? {})).get(kind);
}

/** Returns what is wrong with the host names of the gateways and their ACME server, or undefined. */
export function namesProblem(gateway: GatewayProps, transport: Transport): string | undefined {
  const { names = {}, acmeEmail: email, acmeDirectory: directory, acmeAuthority: authority } = gateway;
  const hasNames = Object.keys(names).length > 0;
  const idle = Object.entries({ acmeEmail: email, acmeDirectory: directory, acmeAuthority: authority }).find(
    ([, value]) => value !== undefined && !hasNames,
  );
  if (idle) return `${idle[0]}: no certificate is requested, because names is empty: set names, or remove ${idle[0]}`;
  if (hasNames && !transport._encrypted)
    return "names: host names need an encrypted transport, but the transport is plain: set transport: Transport.mutualTls(), or remove names";
  if (hasNames && transport._httpWebUis)
    return "names: browsers open host names by https, but httpWebUis lets them open the same web UIs by http: remove httpWebUis, or remove names";
  return (
    prefixed("names", eachNameProblem(names, directory === undefined)) ??
    (email === undefined || /^[\w.+-]+@[\w.-]+\.[a-z0-9]+$/i.test(email)
      ? undefined
      : `acmeEmail: "${email}" is not an email address such as "ops@example.com"`) ??
    (directory === undefined || /^https:\/\/[\w.-]+(:\d+)?(\/[\w.~%/-]*)?$/.test(directory)
      ? undefined
      : `acmeDirectory: "${directory}" is not the https URL of a directory, such as "${LETS_ENCRYPT}"`) ??
    prefixed("acmeAuthority", authority === undefined ? undefined : authorityProblem(authority))
  );
}

/** Returns a message for each name whose component no gateway can serve. */
export function unservedNames({ _components: components, _gateway: { names = {} } }: IMonitoring): string[] {
  return Object.entries(names).flatMap(([kind, name]) => {
    const found = servedProblem(components.filter((component) => component.kind === kind));
    return found === undefined ? [] : [`gateway, names, ${kind}: "${name}" ${found}`];
  });
}

function servedProblem(components: readonly IComponent[]): string | undefined {
  const [first, second] = components;
  if (first === undefined)
    return "is the name of a component that no host has: construct the component, or remove the name";
  if (second !== undefined)
    return `would be the name of ${first.node.path} and ${second.node.path}, but the ACME server validates a name at one server only: remove the name, and use a load balancer of your own`;
  return first._apiPort === undefined
    ? `is the name of ${first.node.path}, which has the prop tls and serves TLS itself: remove tls, or the name`
    : undefined;
}

function eachNameProblem(names: Readonly<Record<string, string>>, publicly: boolean): string | undefined {
  const used = new Map<string, string>();
  for (const [kind, name] of Object.entries(names)) {
    if (!KINDS.includes(kind)) return `"${kind}" cannot have a host name: use ${KINDS.join(", ")}`;
    const found = prefixed(kind, hostNameProblem(name, publicly));
    if (found !== undefined) return found;
    const other = used.get(name);
    if (other !== undefined)
      return `"${name}" is the name of both ${other} and ${kind}: give each component a name of its own`;
    used.set(name, kind);
  }
  return undefined;
}

function authorityProblem(path: string): string | undefined {
  if (!existsSync(path)) return `"${path}" does not exist: use the path of a PEM file with certificates`;
  const text = readFileSync(path, "utf8");
  return text.includes("-----BEGIN CERTIFICATE-----") && !text.includes("PRIVATE KEY")
    ? undefined
    : `"${path}" is not a PEM file with certificates and without a key: use the certificates of the authorities`;
}
