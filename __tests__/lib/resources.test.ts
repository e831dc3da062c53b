import { resourcesProblem, resourceVariables } from "../../lib/resources";

test("resourceVariables returns the changes only", () => {
  expect(resourceVariables({})).toEqual({});
  expect(resourceVariables({ memoryMax: "2G", memoryHigh: "50%", oomScoreAdjust: 0 })).toEqual({
    memory_max: "2G",
    memory_high: "50%",
    oom_score_adjust: 0,
  });
});

test.each([
  [
    { memoryMax: "2GB" },
    'resources, memoryMax: "2GB" is not an amount of memory: use one such as "50%", "512M", "2G" or "infinity"',
  ],
  [
    { memoryMax: "101%" },
    'resources, memoryMax: "101%" is not an amount of memory: use one such as "50%", "512M", "2G" or "infinity"',
  ],
  [
    { memoryHigh: "0M" },
    'resources, memoryHigh: "0M" is not an amount of memory: use one such as "50%", "512M", "2G" or "infinity"',
  ],
  [{ oomScoreAdjust: 1001 }, "resources, oomScoreAdjust: 1001 is not a whole number from -1000 to 1000"],
  [{ memoryMax: "infinity", oomScoreAdjust: -1000 }, undefined],
])("resourcesProblem(%j) is %j", (resources, expected) => {
  expect(resourcesProblem(resources)).toBe(expected);
});
