import fc from "fast-check";
import { nameRanges, ServerSets } from "../../../lib/access/server-sets";
import { expandRanges } from "../../support/access-documents";

const numbered = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`);

test.each([
  [["hub"], ["hub"]],
  [numbered("app-", 0, 999), ["app-0 … app-999"]],
  [
    ["hub", ...numbered("app-", 8, 11), "app-20", "app-21", "db"],
    ["app-8 … app-11", "app-20", "app-21", "db", "hub"],
  ],
  [
    ["web-08", "web-09", "web-10"],
    ["web-08", "web-09", "web-10"],
  ],
  [
    ["app", "app0", "app1"],
    ["app", "app0", "app1"],
  ],
  [[], []],
])("nameRanges writes %j as %j", (names, ranges) => {
  expect(nameRanges(names)).toEqual(ranges);
});

test("nameRanges keeps every name, and adds none", () => {
  const name = fc.oneof(
    fc.constantFrom("hub", "app", "app-", "web-0").chain((prefix) => fc.nat(30).map((number) => `${prefix}${number}`)),
    fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/),
  );
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 40 }), (names) => {
      expect(nameRanges(names).flatMap(expandRanges).sort()).toEqual([...names].sort());
    }),
  );
});

test("a set that is not listed in full shows its size, and a long set is defined once", () => {
  const sets = new ServerSets();
  const many = ["ant", "bee", "cat", "dog", "eel"];
  expect(sets.text(["hub", "db"])).toBe("db, hub");
  expect(sets.text(["hub", ...numbered("app-", 0, 9)])).toBe("app-0 … app-9, hub (11 servers)");
  expect(sets.text(many)).toBe("fleet 1 (5 servers)");
  expect(sets.text(["ox", ...many])).toBe("fleet 2 (6 servers)");
  expect(sets.text([...many].reverse())).toBe("fleet 1 (5 servers)");
  expect(sets.definitions).toEqual(["fleet 1: ant, bee, cat, dog, eel", "fleet 2: ant, bee, cat, dog, eel, ox"]);
});
