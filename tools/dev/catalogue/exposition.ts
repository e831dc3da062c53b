/** The names with which queries select the metrics of a `/metrics` page. A histogram has `_bucket`, `_count` and `_sum`. */
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

/** The suffixes of a metric type. Empty if the line declares no type. */
function suffixes(type: string): readonly string[] {
  if (type === "") return [];
  if (type === "histogram") return ["_bucket", "_count", "_sum"];
  return type === "summary" ? ["", "_count", "_sum"] : [""];
}
