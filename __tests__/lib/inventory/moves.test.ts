import { lostDataProblems, Placements } from "../../../lib/inventory/moves";

const before: Placements = { loki: { hub: "198.18.0.2 22" }, alertmanager: { a: "198.18.0.3 22", b: "198.18.0.4 22" } };
const machines = (...names: (readonly [string, string?])[]): ReadonlyMap<string, string | undefined> =>
  new Map(names.map(([name, machine]) => [name, machine]));

test("a component whose old server leaves in the same edit would lose its data", () => {
  expect(lostDataProblems(before, [{ kind: "loki", servers: ["logs"] }], machines(["logs", "198.18.0.9 22"]))).toEqual([
    expect.stringMatching(
      /^loki was on "hub", which is no member any more, and is to be on "logs".*Deploy twice:.*OnMove\.DISCARD$/,
    ),
  ]);
  const placed = [{ kind: "alertmanager", servers: ["a", "c"] }];
  expect(lostDataProblems(before, placed, machines(["a"], ["c"]))).toHaveLength(1);
});

test("whatever can still be copied, or is where it was, is no reason to refuse", () => {
  const loki = [{ kind: "loki", servers: ["logs"] }];
  expect(lostDataProblems(before, loki, machines(["logs"], ["hub"]))).toEqual([]);
  expect(lostDataProblems({}, loki, machines(["logs"]))).toEqual([]);
  expect(lostDataProblems(before, [], machines(["logs"]))).toEqual([]);
  expect(lostDataProblems(before, [{ kind: "loki", servers: ["hub"] }], machines(["hub"]))).toEqual([]);
});

test("one fewer of a cluster takes nothing along", () => {
  expect(lostDataProblems(before, [{ kind: "alertmanager", servers: ["a"] }], machines(["a"]))).toEqual([]);
  const moved = [{ kind: "alertmanager", servers: ["c"] }];
  expect(lostDataProblems(before, moved, machines(["a"], ["c"]))).toEqual([]);
});

test("a machine that only is called otherwise is the same", () => {
  const renamed = machines(["logs", "198.18.0.2 22"]);
  expect(lostDataProblems(before, [{ kind: "loki", servers: ["logs"] }], renamed)).toEqual([]);
});
