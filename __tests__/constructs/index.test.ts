import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as exported from "../../constructs";
import { namesIn } from "../../tools/dev/api/model";
import { readApi } from "../../tools/dev/api/read";
import { projectRoot } from "../../tools/cli/project";

const api = readApi();
const entries = [...api.entries.values()];

test("lists each name of the public API", () => {
  const index = readFileSync(join(projectRoot, "constructs", "index.ts"), "utf8");
  expect(index).not.toMatch(/export \*/);
  expect(entries.length).toBeGreaterThan(80);
});

test("exports every own type of a public signature", () => {
  expect(Object.fromEntries(api.unexported)).toEqual({});
});

test("exports only classes, interfaces, enums and the types of values", () => {
  expect(entries.filter(({ kind }) => kind === "other").map(({ name }) => name)).toEqual([]);
  expect(entries.filter(({ kind }) => kind === "type").map(({ name }) => name)).toEqual(["Value", "Variables"]);
  expect(Object.values(exported).filter((value) => !["function", "object"].includes(typeof value))).toEqual([]);
});

test("exports only interfaces and enums that a public signature uses", () => {
  const used = new Set(entries.flatMap((entry) => namesIn(entry).filter((name) => name !== entry.name)));
  const unused = entries.filter(({ kind, name }) => kind !== "class" && !used.has(name));
  expect(unused.map(({ name }) => name)).toEqual([]);
});

test("exports only classes that have a constructor or a factory, or that a public signature uses", () => {
  const used = new Set(entries.flatMap((entry) => namesIn(entry).filter((name) => name !== entry.name)));
  const unreachable = entries.filter(
    ({ kind, name, constructed, statics }) =>
      kind === "class" && constructed === undefined && statics.length === 0 && !used.has(name),
  );
  expect(unreachable.map(({ name }) => name)).toEqual([]);
});
