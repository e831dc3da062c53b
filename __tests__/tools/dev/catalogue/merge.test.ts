import { mergeEntries } from "../../../../tools/dev/catalogue/merge";

const before = { version: "1", metrics: ["b"], collectors: { disk: { byDefault: false, metrics: ["d"] } } };

describe("mergeEntries", () => {
  it("keeps the metrics that another machine found for the same version", () => {
    const now = {
      version: "1",
      metrics: ["a"],
      collectors: { cpu: { byDefault: true, metrics: ["c"] }, disk: { byDefault: true, metrics: ["e"] } },
    };
    expect(mergeEntries(before, now)).toEqual({
      version: "1",
      metrics: ["a", "b"],
      collectors: { cpu: { byDefault: true, metrics: ["c"] }, disk: { byDefault: true, metrics: ["d", "e"] } },
    });
  });

  it("drops the metrics of another version", () => {
    expect(mergeEntries(before, { version: "2", metrics: ["a"] })).toEqual({ version: "2", metrics: ["a"] });
  });

  it("accepts a missing previous entry", () => {
    expect(mergeEntries(undefined, before)).toEqual(before);
  });
});
