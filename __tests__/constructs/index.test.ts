import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as exported from "../../constructs";
import { namesIn } from "../../tools/dev/api/model";
import { readApi } from "../../tools/dev/api/read";
import { projectRoot } from "../../tools/cli/project";

const api = readApi();
const entries = [...api.entries.values()];

test("the public API is a list of names", () => {
  const index = readFileSync(join(projectRoot, "constructs", "index.ts"), "utf8");
  expect(index).not.toMatch(/export \*/);
  expect(entries.length).toBeGreaterThan(80);
});

test("every type of ours in a public signature is exported", () => {
  expect(Object.fromEntries(api.unexported)).toEqual({});
});

test("what is exported are classes, interfaces, enums and types of values: no function, no constant", () => {
  expect(entries.filter(({ kind }) => kind === "other").map(({ name }) => name)).toEqual([]);
  expect(entries.filter(({ kind }) => kind === "type").map(({ name }) => name)).toEqual(["Value", "Variables"]);
  expect(Object.values(exported).filter((value) => !["function", "object"].includes(typeof value))).toEqual([]);
});

test("every interface and enum that is exported is used by a public signature", () => {
  const used = new Set(entries.flatMap((entry) => namesIn(entry).filter((name) => name !== entry.name)));
  const idle = entries.filter(({ kind, name }) => kind !== "class" && !used.has(name));
  expect(idle.map(({ name }) => name)).toEqual([]);
});

test("every class that is exported can be constructed, or is handed out by something", () => {
  const used = new Set(entries.flatMap((entry) => namesIn(entry).filter((name) => name !== entry.name)));
  const unreachable = entries.filter(
    ({ kind, name, constructed, statics }) =>
      kind === "class" && constructed === undefined && statics.length === 0 && !used.has(name),
  );
  expect(unreachable.map(({ name }) => name)).toEqual([]);
});
