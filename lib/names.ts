/** Names that mean something else to Ansible or to the servers themselves. */
const RESERVED = new Set(["all", "ungrouped", "localhost"]);

/** The first problem with a server's name, or undefined. It becomes a host name and the label `instance`. */
export function serverNameProblem(name: string): string | undefined {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    return `"${name}" cannot be a server's name: use lower-case letters, digits and inner hyphens, at most 63 (it becomes the host name)`;
  }
  return RESERVED.has(name) ? `the server name "${name}" is reserved: choose another` : undefined;
}

/** The first problem with a run's name, or undefined. It becomes an Ansible group and a folder. */
export function runNameProblem(name: string): string | undefined {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) {
    return `"${name}" cannot be a run's name: use lower-case letters, digits and underscores, a letter first (it becomes an Ansible group)`;
  }
  return RESERVED.has(name) ? `the run name "${name}" is reserved: choose another` : undefined;
}

/** The first problem with a label's name as Prometheus defines it, or undefined. */
export function labelNameProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) || name.startsWith("__")) {
    return `"${name}" is not a label name: letters, digits and underscores, no digit first, not two underscores first`;
  }
  return undefined;
}

/** The first problem with a metric's name, or undefined. */
export function metricNameProblem(name: string): string | undefined {
  if (/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) return undefined;
  return `"${name}" cannot be a metric's name: letters, digits, underscores and colons, no digit first`;
}

/** The first problem with the name of a scrape job, or undefined. It becomes a file's name. */
export function jobNameProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return undefined;
  return `"${name}" cannot be a job's name: use letters, digits, ".", "_" and "-" only`;
}
