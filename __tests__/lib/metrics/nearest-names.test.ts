import { nearestNames } from "../../../lib/metrics/nearest-names";

describe("nearestNames", () => {
  test("prefers names that begin with what was written", () => {
    expect(nearestNames("app_cpu", ["app_cpus", "app_cpu_seconds_total", "app_gpu"])).toEqual([
      "app_cpu_seconds_total",
      "app_cpus",
      "app_gpu",
    ]);
  });
});
