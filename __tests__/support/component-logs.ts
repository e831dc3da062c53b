import { LokiApi } from "./loki";

/** Errors in normal operation: the job, a part of the line, and the reason. */
const EXPECTED: readonly (readonly [job: string, text: string, reason: string])[] = [
  ["grafana", "Failed to detect generated javascript files", "a source build has no web UI"],
  ["grafana", "You may need to build frontend assets", "the same, when a test requests a page"],
  [
    "grafana",
    'cleanup of expired auth token" error="database is locked',
    "SQLite, while Grafana stores the dashboards at its first start; the cleanup is repeated",
  ],
  [
    "loki",
    'msg="error getting ingester clients" err="empty ring"',
    "the parts of Loki do not wait for each other at the start",
  ],
  ["node_exporter", "disabling udev device properties", "a container has no udev"],
];

/** Returns the jobs of the components that have sent lines to Loki, and the errors among their lines of the last week. */
export async function componentLogs(loki: LokiApi): Promise<{ readonly jobs: string[]; readonly errors: string[] }> {
  const selector = 'job=~"alertmanager|grafana|log_agent|loki|node_exporter|prometheus"';
  const [lines, failed] = await Promise.all([
    loki.entries(`{${selector}}`),
    loki.entries(`{${selector},level=~"error|critical"}`),
  ]);
  const unexpected = failed.filter(
    ({ labels, line }) => !EXPECTED.some(([job, text]) => labels.job === job && line.includes(text)),
  );
  return {
    jobs: [...new Set(lines.map(({ labels }) => labels.job ?? ""))].sort(),
    errors: unexpected.map(({ labels, line }) => `${labels.job ?? ""}: ${line}`),
  };
}
