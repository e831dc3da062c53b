/** Names that have a meaning in Ansible or on the servers. */
const RESERVED = new Set(["all", "ungrouped", "localhost"]);

/**
 * Returns what is wrong with the name of a server, or undefined. The name has the syntax of a host name. It becomes the
 * label `instance`, a name in the inventory and a folder.
 *
 * @param maxLength maximum number of characters, if it is less than that of a host name
 */
export function serverNameProblem(name: string, maxLength = 253): string | undefined {
  const labels = name.split(".");
  if (!labels.every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label)))
    return `"${name}" is not a valid server name: use a name such as "db1" or "db1.example.com", with letters, digits and inner hyphens, and at most 63 characters between the dots`;
  if (labels.length > 1 && /^\d+$/.test(labels.at(-1) ?? ""))
    return `the server name "${name}" looks like an IP address: choose a name such as "db1" or "db1.example.com"`;
  if (name.length > maxLength)
    return `the server name "${name}" has ${name.length} characters: use at most ${maxLength}`;
  return RESERVED.has(name.toLowerCase()) ? `the server name "${name}" is reserved: choose another` : undefined;
}

/** Returns what is wrong with the name of a run or a kind of component, or undefined. The name becomes an Ansible group and a folder. */
export function runNameProblem(name: string): string | undefined {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) {
    return `"${name}" is not a valid name of a run: use lower-case letters, digits and underscores, starting with a letter`;
  }
  return RESERVED.has(name) ? `the run name "${name}" is reserved: choose another` : undefined;
}

/** Returns what is wrong with the name of a Prometheus label, or undefined. */
export function labelNameProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) || name.startsWith("__")) {
    return `"${name}" is not a label name: use letters, digits and underscores, not starting with a digit or two underscores`;
  }
  return undefined;
}

/** Returns what is wrong with the name of a metric, or undefined. */
export function metricNameProblem(name: string): string | undefined {
  if (/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) return undefined;
  return `"${name}" is not a metric name: use letters, digits, underscores and colons, not starting with a digit`;
}

/** Returns what is wrong with the name of a scrape job, or undefined. The name becomes a file name. */
export function jobNameProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return undefined;
  return `"${name}" is not a valid job name: use only letters, digits, ".", "_" and "-"`;
}

/** Returns what is wrong with the name of a system user, or undefined. The name becomes part of firewall rules. */
export function systemUserProblem(name: string): string | undefined {
  if (/^[a-z_][a-z0-9_.-]{0,31}$/i.test(name)) return undefined;
  return `"${name}" is not the name of a system user: use letters, digits, "_", "." and "-", starting with a letter or "_", and at most 32 characters`;
}
