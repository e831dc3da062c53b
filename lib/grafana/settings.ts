/** Settings of `grafana.ini`, by section and key. */
export type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Keys that the construct sets itself, by section. An empty list means all keys of the section. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  database: [],
  paths: [],
  security: ["admin_user", "admin_password", "secret_key"],
  server: ["protocol", "http_addr", "http_port", "root_url", "cert_file", "cert_key"],
};

/** Returns the first problem with settings that a user adds to `grafana.ini`, or undefined. */
export function grafanaSettingsProblem(settings: Settings): string | undefined {
  for (const [section, keys] of Object.entries(settings))
    for (const [key, value] of Object.entries(keys)) {
      const found = nameProblem(section, key) ?? valueProblem(value);
      if (found !== undefined) return `[${section}] ${key}: ${found}`;
    }
  return undefined;
}

/** Returns the first problem with the names of a section and a key, or undefined. */
function nameProblem(section: string, key: string): string | undefined {
  const invalid = [section, key].find((name) => !/^[A-Za-z0-9][\w.-]*$/.test(name));
  if (invalid !== undefined)
    return `"${invalid}" is not a valid name of a section or key: use letters, digits, "_", "." and "-"`;
  const reserved = RESERVED[section];
  if (reserved === undefined || (reserved.length > 0 && !reserved.includes(key))) return undefined;
  return "the construct sets this key itself: remove it from the settings";
}

/** Returns the problem with a value, or undefined. A value is written on one line, in backquotes if necessary. */
function valueProblem(value: string): string | undefined {
  return /[\n\r`]/.test(value)
    ? "the value contains a line break or a backquote, which grafana.ini cannot represent: remove it"
    : undefined;
}
