import { unknownMetrics } from "../../../lib/metrics/unknown-metrics";

const emitted = new Set(["up", "app_requests_total", "app_requests_failed_total", "app_cpu_seconds_total"]);
const of = (expression: string) => unknownMetrics([{ where: 'alert "A"', expression }], emitted);

describe("unknownMetrics", () => {
  test("accepts emitted metrics", () => {
    expect(of("up == 0 or rate(app_requests_total[5m]) > 1")).toEqual([]);
  });

  test("reports the origin, the metric and similar names", () => {
    expect(of("up or app_request_total")).toEqual([
      'alert "A": nothing emits the metric "app_request_total": did you mean app_requests_total or app_requests_failed_total? If your own exporter emits it, add it to the metrics of that exporter or scrape job',
    ]);
  });

  test("reports a metric without similar names", () => {
    expect(of("quux")).toEqual([
      'alert "A": nothing emits the metric "quux": if your own exporter emits it, add it to the metrics of that exporter or scrape job',
    ]);
  });

  test("names the emitter that is not enabled", () => {
    expect(of("node_systemd_unit_state")).toEqual([
      'alert "A": nothing emits the metric "node_systemd_unit_state": add or enable node exporter\'s collector "systemd", which emits it',
    ]);
  });

  test("says that a newer version no longer has the metric", () => {
    expect(of("alertmanager_marked_alerts > 0")).toEqual([
      'alert "A": nothing emits the metric "alertmanager_marked_alerts": the pinned version of alertmanager no longer has it: remove the query',
    ]);
  });

  test("reports a metric once if two levels of an alert use it", () => {
    const uses = ["quux > 1", "quux > 2"].map((expression) => ({ where: 'alert "A"', expression }));
    expect(unknownMetrics(uses, emitted)).toHaveLength(1);
  });

  test("reports an expression that does not parse", () => {
    expect(of("up ==")).toEqual(['alert "A": the expression ends too early, after "up =="']);
  });
});
