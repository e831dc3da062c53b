import { execFileSync } from "node:child_process";
import { playbooksDirectory } from "../../lib/paths";

interface State {
  readonly installed?: boolean;
  readonly data?: boolean;
  readonly live?: boolean;
  readonly newest?: number;
  readonly role?: "to" | "from";
  readonly peer?: string;
  readonly token?: string;
}
type States = Readonly<Record<string, State>>;
interface Decision {
  readonly source: string | null;
  readonly superseded: readonly string[];
}

const SCRIPT = `
import json, sys
from dataclasses import asdict
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from controller import moves
given = json.load(sys.stdin)
states = {name: moves.State(**state) for name, state in given.get("states", {}).items()}
if "text" in given: answer = asdict(moves.parse(given["text"]))
elif "before" in given: answer = moves.lost(states, given["before"], given["placed"], given["members"])
elif "target" in given: answer = asdict(moves.decide(given["target"], given["placed"], states))
else: answer = moves.pairs(given["placed"], states)
json.dump(answer, sys.stdout)
`;

function ask(input: object): unknown {
  const said = execFileSync("python3", ["-c", SCRIPT, playbooksDirectory], {
    input: JSON.stringify(input),
    encoding: "utf8",
  });
  return JSON.parse(said);
}

const decide = (target: string, placed: readonly string[], states: States): Decision =>
  ask({ target, placed, states }) as Decision;
const pairs = (placed: readonly string[], states: States): unknown => ask({ placed, states });
const lost = (states: States, before: string[], placed: string[], members: string[]): string =>
  ask({ states, before, placed, members }) as string;

const running: State = { installed: true, data: true, live: true, newest: 100 };
const kept = (newest: number): State => ({ data: true, newest });
const NONE: Decision = { source: null, superseded: [] };

describe("from where a place gets its data", () => {
  test("it starts with what it has where that is its own, or nobody else has any", () => {
    expect(decide("new", ["new"], { new: running, old: kept(200) })).toEqual(NONE);
    expect(decide("new", ["new"], { new: {}, app: {} })).toEqual(NONE);
    expect(decide("new", ["new"], { new: kept(100), app: {} })).toEqual(NONE);
  });

  test("they come from where it is no longer placed, and from no other place of a cluster", () => {
    expect(decide("new", ["new"], { new: {}, old: running })).toEqual({ source: "old", superseded: ["old"] });
    expect(decide("new", ["new", "other"], { new: {}, other: running })).toEqual(NONE);
    expect(decide("new", ["new", "other"], { new: {}, other: running, old: running }).source).toBe("old");
  });

  test("they come from where it runs rather than from where they were kept, else from the newest", () => {
    expect(decide("new", ["new"], { new: kept(300), a: kept(400), z: running }).source).toBe("z");
    expect(decide("new", ["new"], { new: {}, a: kept(200), z: kept(300) }).source).toBe("z");
    expect(decide("new", ["new"], { new: kept(250), a: kept(200) }).source).toBeNull();
    expect(decide("new", ["new"], { new: kept(150), a: kept(200) }).source).toBe("a");
  });

  test("several that move are paired in the order of their names, and who was stopped for one is kept for it", () => {
    const old = { x: running, y: running };
    expect(pairs(["a", "b", "c"], { a: {}, b: {}, c: running, ...old })).toEqual({ a: "x", b: "y" });
    const begun: State = { ...running, role: "to", peer: "b", token: "1" };
    expect(pairs(["a", "b"], { a: {}, b: {}, y: running, x: begun })).toEqual({ a: "y", b: "x" });
    expect(pairs(["a", "b"], { a: {}, x: running })).toEqual({ a: "x" });
  });
});

describe("a move that was cut off", () => {
  const gives: State = { ...running, role: "to", peer: "new", token: "1" };
  const has: State = { ...running, role: "from", peer: "old", token: "1" };

  test("is begun again while the copy was not whole", () => {
    expect(decide("new", ["new"], { new: {}, old: gives })).toEqual({ source: "old", superseded: ["old"] });
    expect(decide("new", ["new"], { new: { ...has, live: false }, old: gives }).source).toBe("old");
  });

  test("ends with the removal of the old data where it was", () => {
    expect(decide("new", ["new"], { new: has, old: gives })).toEqual({ source: null, superseded: ["old"] });
    expect(decide("new", ["new", "old"], { new: has, old: gives }).superseded).toEqual([]);
    expect(decide("new", ["new"], { new: has, old: {} })).toEqual(NONE);
  });

  test("and undone, starts where it was, unless the copy was whole: that may have been written to", () => {
    expect(decide("old", ["old"], { old: gives, new: {} })).toEqual(NONE);
    expect(decide("old", ["old"], { old: gives, new: has })).toEqual({ source: "new", superseded: ["new"] });
  });

  test("and sent elsewhere, takes the newest copy, and removes both in the end", () => {
    expect(decide("third", ["third"], { third: {}, old: gives, new: has })).toEqual({
      source: "new",
      superseded: ["new", "old"],
    });
    expect(decide("third", ["third"], { third: {}, old: gives, new: {} })).toEqual({
      source: "old",
      superseded: ["old"],
    });
  });
});

describe("what must not be lost", () => {
  test("nothing starts empty while the place that has the data does not answer", () => {
    expect(lost({ new: {} }, ["old"], ["new"], ["new", "old"])).toMatch(
      /^its data are on "old", which cannot be reached: nothing was started.*deploy again; or.*OnMove\.DISCARD$/,
    );
  });

  test("nor where that place left the monitoring in the same edit", () => {
    expect(lost({ new: {} }, ["old"], ["new"], ["new"])).toMatch(
      /^it was on "old", which left the monitoring in the same edit.*A move takes two deploys/,
    );
  });

  test("but it does where that place has none, or is one of those that are wanted", () => {
    expect(lost({ new: {}, old: {} }, ["old"], ["new"], ["new", "old"])).toBe("");
    expect(lost({ new: {} }, ["old"], ["new", "old"], ["new", "old"])).toBe("");
    expect(lost({ new: {} }, [], ["new"], ["new", "app"])).toBe("");
  });
});

test("what a member says is read, and half a note is none", () => {
  expect(ask({ text: "installed=yes\nlive=yes\ndata=yes\nnewest=1700000000\nnote=to new a1\n" })).toEqual({
    ...{ installed: true, live: true, data: true, newest: 1_700_000_000 },
    ...{ role: "to", peer: "new", token: "a1" },
  });
  const nothing = { installed: false, live: false, data: false, newest: 0, role: "", peer: "", token: "" };
  expect(ask({ text: "newest=\nnote=to new\n" })).toEqual(nothing);
  expect(ask({ text: "" })).toEqual(nothing);
});
