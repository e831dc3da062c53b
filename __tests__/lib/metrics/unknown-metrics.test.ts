import { unknownMetrics } from "../../../lib/metrics/unknown-metrics";

const emitted = new Set(["up", "app_requests_total", "app_requests_failed_total", "app_cpu_seconds_total"]);
const of = (expression: string) => unknownMetrics([{ where: 'alert "A"', expression }], emitted);

describe("unknownMetrics", () => {
  test("has nothing to say of what is emitted", () => {
    expect(of("up == 0 or rate(app_requests_total[5m]) > 1")).toEqual([]);
  });

  test("names what uses the metric, the metric, and the nearest names", () => {
    expect(of("up or app_request_total")).toEqual([
      'alert "A": nothing emits the metric "app_request_total"; the nearest names are app_requests_total, app_requests_failed_total; if an exporter of yours emits it, name it in the metrics of that exporter or scrape job',
    ]);
  });

  test("says where there is no near name", () => {
    expect(of("quux")).toEqual([
      'alert "A": nothing emits the metric "quux"; no name is near it; if an exporter of yours emits it, name it in the metrics of that exporter or scrape job',
    ]);
  });

  test("says where a metric comes from that somebody else would emit", () => {
    expect(of("node_systemd_unit_state")).toEqual([
      'alert "A": nothing emits the metric "node_systemd_unit_state"; it comes from node exporter\'s collector "systemd", which is not there',
    ]);
  });

  test("says it once where two levels of an alert ask for the same", () => {
    const uses = ["quux > 1", "quux > 2"].map((expression) => ({ where: 'alert "A"', expression }));
    expect(unknownMetrics(uses, emitted)).toHaveLength(1);
  });

  test("tells of an expression that does not parse", () => {
    expect(of("up ==")).toEqual(['alert "A": the expression ends too early, after "up =="']);
  });
});
