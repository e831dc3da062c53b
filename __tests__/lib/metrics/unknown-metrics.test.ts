import { nearestNames, unknownMetrics } from "../../../lib/metrics/unknown-metrics";

const emitted = new Set(["up", "app_requests_total", "app_requests_failed_total", "app_cpu_seconds_total"]);
const of = (expression: string) => unknownMetrics([{ where: 'alert "A"', expression }], emitted);

describe("unknownMetrics", () => {
  test("has nothing to say of what is emitted", () => {
    expect(of("up == 0 or rate(app_requests_total[5m]) > 1")).toEqual([]);
  });

  test("names what uses the metric, the metric, and the nearest names", () => {
    expect(of("up or app_request_total")).toEqual([
      'alert "A": nothing emits the metric "app_request_total"; the nearest names are app_requests_total, app_requests_failed_total',
    ]);
  });

  test("says where there is no near name", () => {
    expect(of("quux")).toEqual(['alert "A": nothing emits the metric "quux"; no name is near it']);
  });

  test("tells of an expression that does not parse", () => {
    expect(of("up ==")).toEqual(['alert "A": the expression ends too early, after "up =="']);
  });
});

describe("nearestNames", () => {
  test("prefers names that begin with what was written", () => {
    expect(nearestNames("app_cpu", ["app_cpus", "app_cpu_seconds_total", "app_gpu"])).toEqual([
      "app_cpu_seconds_total",
      "app_cpus",
      "app_gpu",
    ]);
  });
});
