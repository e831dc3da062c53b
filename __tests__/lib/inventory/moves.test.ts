import { lostDataProblems, Placements } from "../../../lib/inventory/moves";

const before: Placements = { loki: { hub: "198.18.0.2 22" }, alertmanager: { a: "198.18.0.3 22", b: "198.18.0.4 22" } };
const machines = (...names: (readonly [string, string?])[]): ReadonlyMap<string, string | undefined> =>
  new Map(names.map(([name, machine]) => [name, machine]));

test("finds a component whose old server leaves in the same change", () => {
  expect(lostDataProblems(before, [{ kind: "loki", servers: ["logs"] }], machines(["logs", "198.18.0.9 22"]))).toEqual([
    expect.stringMatching(
      /^loki moves from "hub" to "logs", but "hub" is no longer a member.*: keep the old server for one deploy.*OnMove\.DISCARD to start without the data$/,
    ),
  ]);
  const placed = [{ kind: "alertmanager", servers: ["a", "c"] }];
  expect(lostDataProblems(before, placed, machines(["a"], ["c"]))).toHaveLength(1);
});

test("accepts a component that stays or whose data can still be copied", () => {
  const loki = [{ kind: "loki", servers: ["logs"] }];
  expect(lostDataProblems(before, loki, machines(["logs"], ["hub"]))).toEqual([]);
  expect(lostDataProblems({}, loki, machines(["logs"]))).toEqual([]);
  expect(lostDataProblems(before, [], machines(["logs"]))).toEqual([]);
  expect(lostDataProblems(before, [{ kind: "loki", servers: ["hub"] }], machines(["hub"]))).toEqual([]);
});

test("accepts a cluster that becomes smaller", () => {
  expect(lostDataProblems(before, [{ kind: "alertmanager", servers: ["a"] }], machines(["a"]))).toEqual([]);
  const moved = [{ kind: "alertmanager", servers: ["c"] }];
  expect(lostDataProblems(before, moved, machines(["a"], ["c"]))).toEqual([]);
});

test("accepts a renamed machine", () => {
  const renamed = machines(["logs", "198.18.0.2 22"]);
  expect(lostDataProblems(before, [{ kind: "loki", servers: ["logs"] }], renamed)).toEqual([]);
});
