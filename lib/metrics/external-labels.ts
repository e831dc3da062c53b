/** First major version of Prometheus that replaces `$name` and `${name}` in external labels with environment variables. */
const EXPANDS = 3;

/** Returns external labels as Prometheus' configuration, which must contain `$$` for each dollar sign of a value. */
export function literalExternalLabels(
  labels: Readonly<Record<string, string>>,
  version: string,
): Readonly<Record<string, string>> {
  if (Number.parseInt(version, 10) < EXPANDS) return labels;
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, value.replaceAll("$", "$$$$")]));
}
