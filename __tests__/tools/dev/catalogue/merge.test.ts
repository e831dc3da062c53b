import { mergeEntries, metricNamesOf } from "../../../../tools/dev/catalogue/merge";

const before = {
  version: "1",
  observedVersion: "1",
  observed: ["b"],
  possible: ["p"],
  collectors: { disk: { byDefault: false, observed: ["d"], possible: ["q", "r"] } },
};

describe("mergeEntries", () => {
  it("keeps the metrics that another machine found for the same version", () => {
    const now = {
      version: "1",
      observedVersion: "1",
      observed: ["a"],
      collectors: { cpu: { byDefault: true, observed: ["c"] }, disk: { byDefault: true, observed: ["e", "q"] } },
    };
    expect(mergeEntries(before, now)).toEqual({
      version: "1",
      observedVersion: "1",
      observed: ["a", "b"],
      possible: ["p"],
      collectors: {
        cpu: { byDefault: true, observed: ["c"] },
        disk: { byDefault: true, observed: ["d", "e", "q"], possible: ["r"] },
      },
    });
  });

  it("drops the metrics of another version", () => {
    const now = { version: "1", observedVersion: "2", observed: ["a"] };
    expect(mergeEntries(before, now)).toEqual(now);
  });

  it("accepts a missing previous entry", () => {
    expect(mergeEntries(undefined, before)).toEqual(before);
  });
});

describe("metricNamesOf", () => {
  it("sorts names and lists each name once", () => {
    expect(metricNamesOf(["b", "a", "b"], ["d", "c", "d", "a"])).toEqual({
      observed: ["a", "b"],
      possible: ["c", "d"],
    });
  });

  it("has no list of possible names if all were observed", () => {
    expect(metricNamesOf(["a"], ["a"])).toEqual({ observed: ["a"] });
  });
});
