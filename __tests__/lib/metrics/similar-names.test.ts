import { didYouMean, similarNames } from "../../../lib/metrics/similar-names";

describe("similarNames", () => {
  test("prefers names that begin with the unknown name", () => {
    expect(similarNames("app_cpu", ["app_cpus", "app_cpu_seconds_total", "app_gpu"])).toEqual([
      "app_cpu_seconds_total",
      "app_cpus",
      "app_gpu",
    ]);
  });
});

describe("didYouMean", () => {
  test("suggests similar names, and is undefined if there are none", () => {
    expect(didYouMean("ngnix", ["nginx", "nginxx", "sshd"])).toBe("did you mean nginx or nginxx?");
    expect(didYouMean("quux", ["sshd"])).toBeUndefined();
  });
});
