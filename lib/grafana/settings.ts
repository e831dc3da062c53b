/** Settings of `grafana.ini`, by section and key. */
export type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What follows from other settings of the construct; where there is no key, the whole section does. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  database: [],
  paths: [],
  security: ["admin_user", "admin_password", "secret_key"],
  server: ["protocol", "http_addr", "http_port", "root_url", "cert_file", "cert_key"],
};

/** The first problem with settings that a user adds to `grafana.ini`, or undefined. */
export function settingsProblem(settings: Settings): string | undefined {
  for (const [section, keys] of Object.entries(settings))
    for (const [key, value] of Object.entries(keys)) {
      const found = nameProblem(section, key) ?? valueProblem(value);
      if (found !== undefined) return `[${section}] ${key}: ${found}`;
    }
  return undefined;
}

/** The first problem with a setting's place in `grafana.ini`, or undefined. */
function nameProblem(section: string, key: string): string | undefined {
  const odd = [section, key].find((name) => !/^[A-Za-z0-9][\w.-]*$/.test(name));
  if (odd !== undefined) return `"${odd}" is no name of a section or key: use letters, digits, "_", "." and "-"`;
  const own = OWN[section];
  if (own === undefined || (own.length > 0 && !own.includes(key))) return undefined;
  return "it follows from the construct's other settings: remove it";
}

/** A value is written in one line, between backquotes where it needs any. */
function valueProblem(value: string): string | undefined {
  return /[\n\r`]/.test(value)
    ? "its value holds a line break or a backquote, which grafana.ini can't hold"
    : undefined;
}
