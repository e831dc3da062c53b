import { similarNames } from "../../../lib/metrics/similar-names";

describe("nearestNames", () => {
  test("prefers names that begin with what was written", () => {
    expect(similarNames("app_cpu", ["app_cpus", "app_cpu_seconds_total", "app_gpu"])).toEqual([
      "app_cpu_seconds_total",
      "app_cpus",
      "app_gpu",
    ]);
  });
});
