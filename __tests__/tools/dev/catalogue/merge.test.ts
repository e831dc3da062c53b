import { merged } from "../../../../tools/dev/catalogue/merge";

const before = { version: "1", metrics: ["b"], collectors: { disk: { byDefault: false, metrics: ["d"] } } };

describe("merged", () => {
  test("keeps what another machine saw of the same version", () => {
    const now = {
      version: "1",
      metrics: ["a"],
      collectors: { cpu: { byDefault: true, metrics: ["c"] }, disk: { byDefault: true, metrics: ["e"] } },
    };
    expect(merged(before, now)).toEqual({
      version: "1",
      metrics: ["a", "b"],
      collectors: { cpu: { byDefault: true, metrics: ["c"] }, disk: { byDefault: true, metrics: ["d", "e"] } },
    });
  });

  test("forgets what another version had", () => {
    expect(merged(before, { version: "2", metrics: ["a"] })).toEqual({ version: "2", metrics: ["a"] });
  });

  test("begins where there is nothing", () => {
    expect(merged(undefined, before)).toEqual(before);
  });
});
