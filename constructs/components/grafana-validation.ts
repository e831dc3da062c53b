import { Token } from "cdktf";
import { prefixed } from "../../lib/prefixed";
import { isIPv6 } from "node:net";
import { Settings, grafanaSettingsProblem } from "../../lib/grafana/settings";
import { groupBy } from "../../lib/grouping";
import { GrafanaDatabase, GrafanaProps, GrafanaTls } from "./grafana-props";

const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"];

/** Returns the first problem with the settings of a Grafana, or undefined. Does not check tokens. */
export function grafanaProblem({
  url,
  tls,
  database,
  settings = {},
  secretSettings = {},
}: GrafanaProps): string | undefined {
  return (
    prefixed("url", url === undefined ? undefined : urlProblem(url, tls)) ??
    prefixed("tls", tls === undefined ? undefined : tlsProblem(tls)) ??
    prefixed("database", database === undefined ? undefined : databaseProblem(database)) ??
    prefixed("settings", grafanaSettingsProblem(settings)) ??
    prefixed("secretSettings", secretSettingsProblem(secretSettings)) ??
    twiceProblem(settings, secretSettings)
  );
}

/** Returns the name of the file that holds a secret setting on the server. */
export function secretName(section: string, key: string): string {
  return `setting_${section}_${key}`;
}

function urlProblem(url: string, tls: GrafanaTls | undefined): string | undefined {
  if (Token.isUnresolved(url)) return undefined;
  if (!/^https?:\/\/[^\s?#`;]+$/.test(url) || literalProblem(url) !== undefined)
    return `"${url}" is not a URL such as "https://grafana.example.com/"`;
  return tls !== undefined && url.startsWith("http:")
    ? `"${url}" is plain HTTP, but tls is set: write https://, or remove tls`
    : undefined;
}

function tlsProblem({ certificate, key }: GrafanaTls): string | undefined {
  const odd = [certificate, key].find((path) => !Token.isUnresolved(path) && !/^\/[\w@+,./-]+$/.test(path));
  return odd === undefined
    ? undefined
    : `"${odd}" is not an absolute path of a file on the server, such as "/etc/ssl/grafana.pem"`;
}

function databaseProblem({
  host,
  port = 5432,
  name = "",
  user = "",
  sslMode = "require",
}: GrafanaDatabase): string | undefined {
  for (const [setting, text] of Object.entries({ host, name, user })) {
    const found = Token.isUnresolved(text) ? undefined : literalProblem(text);
    if (found !== undefined) return `the ${setting} "${text}" ${found}`;
  }
  if (!Token.isUnresolved(host) && host.includes(":") && !isIPv6(host))
    return `the host "${host}" contains a port: use a name or an address, and set the prop port`;
  if (!Token.isUnresolved(port) && (!Number.isInteger(port) || port < 1 || port > 65535))
    return `${port} is not a port: use a number from 1 to 65535`;
  return Token.isUnresolved(sslMode) || SSL_MODES.includes(sslMode)
    ? undefined
    : `the sslMode "${sslMode}" is unknown: use ${SSL_MODES.join(", ")}`;
}

/** Returns why a text is not what Grafana would read from `grafana.ini`, or undefined. */
function literalProblem(text: string): string | undefined {
  if (/[\p{Cc}`]/u.test(text)) return "contains a control character or a backquote, which grafana.ini cannot represent";
  return /\$(__|\{)/.test(text) ? "contains $__ or ${, which Grafana replaces: remove it" : undefined;
}

type SecretSettings = NonNullable<GrafanaProps["secretSettings"]>;

function secretSettingsProblem(secretSettings: SecretSettings): string | undefined {
  const entries = entriesOf(secretSettings);
  const withoutValues = Object.entries(secretSettings).map(([section, keys]) => [
    section,
    Object.fromEntries(Object.keys(keys).map((key) => [key, ""])),
  ]);
  const twins = [...groupBy(entries, ([section, key]) => secretName(section, key)).values()].find(
    (same) => same.length > 1,
  );
  return (
    grafanaSettingsProblem(Object.fromEntries(withoutValues) as Settings) ??
    (twins === undefined
      ? undefined
      : `${twins.map(([section, key]) => `[${section}] ${key}`).join(" and ")} would have the same file name on the server: move one of them to settings, as "$__file{…}" or "$__env{…}"`)
  );
}

function twiceProblem(settings: Settings, secretSettings: SecretSettings): string | undefined {
  const twice = entriesOf(secretSettings).find(([section, key]) => settings[section]?.[key] !== undefined);
  return twice && `[${twice[0]}] ${twice[1]} is in both settings and secretSettings: remove one of them`;
}

function entriesOf(settings: SecretSettings): (readonly [section: string, key: string])[] {
  return Object.entries(settings).flatMap(([section, keys]) => Object.keys(keys).map((key) => [section, key] as const));
}
