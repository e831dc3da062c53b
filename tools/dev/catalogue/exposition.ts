/** The names under which the metrics of a `/metrics` page are queried: of a histogram `_bucket`, `_count` and `_sum`. */
export function metricNames(exposition: string): Set<string> {
  const names = new Set<string>();
  for (const line of exposition.split("\n")) {
    const [, typed = "", type = ""] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    for (const suffix of suffixes(type)) names.add(typed + suffix);
    const sample = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
    if (sample !== undefined) names.add(sample);
  }
  return names;
}

/** What follows a family's name in its samples' names; nothing where the line was none of a type. */
function suffixes(type: string): readonly string[] {
  if (type === "") return [];
  if (type === "histogram") return ["_bucket", "_count", "_sum"];
  return type === "summary" ? ["", "_count", "_sum"] : [""];
}
