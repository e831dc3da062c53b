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
elif "previous" in given: answer = moves.data_loss(states, given["previous"], given["hosts"], given["members"])
elif "target" in given: answer = asdict(moves.decide(given["target"], given["hosts"], states))
else: answer = moves.sources(given["hosts"], states)
json.dump(answer, sys.stdout)
`;

function ask(input: object): unknown {
  const output = execFileSync("python3", ["-c", SCRIPT, playbooksDirectory], {
    input: JSON.stringify(input),
    encoding: "utf8",
  });
  return JSON.parse(output);
}

const decide = (target: string, hosts: readonly string[], states: States): Decision =>
  ask({ target, hosts, states }) as Decision;
const sources = (hosts: readonly string[], states: States): unknown => ask({ hosts, states });
const dataLoss = (states: States, previous: string[], hosts: string[], members: string[]): string =>
  ask({ states, previous, hosts, members }) as string;

const running: State = { installed: true, data: true, live: true, newest: 100 };
const kept = (newest: number): State => ({ data: true, newest });
const NONE: Decision = { source: null, superseded: [] };

describe("the source of the data", () => {
  it("is the host itself if the service owns its data there, or no other host has data", () => {
    expect(decide("new", ["new"], { new: running, old: kept(200) })).toEqual(NONE);
    expect(decide("new", ["new"], { new: {}, app: {} })).toEqual(NONE);
    expect(decide("new", ["new"], { new: kept(100), app: {} })).toEqual(NONE);
  });

  it("is a host where the component is no longer deployed, and never another current host", () => {
    expect(decide("new", ["new"], { new: {}, old: running })).toEqual({ source: "old", superseded: ["old"] });
    expect(decide("new", ["new", "other"], { new: {}, other: running })).toEqual(NONE);
    expect(decide("new", ["new", "other"], { new: {}, other: running, old: running }).source).toBe("old");
  });

  it("is preferably a host where the component is installed, otherwise the host with the newest data", () => {
    expect(decide("new", ["new"], { new: kept(300), a: kept(400), z: running }).source).toBe("z");
    expect(decide("new", ["new"], { new: {}, a: kept(200), z: kept(300) }).source).toBe("z");
    expect(decide("new", ["new"], { new: kept(250), a: kept(200) }).source).toBeNull();
    expect(decide("new", ["new"], { new: kept(150), a: kept(200) }).source).toBe("a");
  });

  it("is matched in the order of names if several hosts move, after the moves that already began", () => {
    const old = { x: running, y: running };
    expect(sources(["a", "b", "c"], { a: {}, b: {}, c: running, ...old })).toEqual({ a: "x", b: "y" });
    const begun: State = { ...running, role: "to", peer: "b", token: "1" };
    expect(sources(["a", "b"], { a: {}, b: {}, y: running, x: begun })).toEqual({ a: "y", b: "x" });
    expect(sources(["a", "b"], { a: {}, x: running })).toEqual({ a: "x" });
  });
});

describe("an interrupted move", () => {
  const sender: State = { ...running, role: "to", peer: "new", token: "1" };
  const receiver: State = { ...running, role: "from", peer: "old", token: "1" };

  it("starts again if the copy was not complete", () => {
    expect(decide("new", ["new"], { new: {}, old: sender })).toEqual({ source: "old", superseded: ["old"] });
    expect(decide("new", ["new"], { new: { ...receiver, live: false }, old: sender }).source).toBe("old");
  });

  it("ends with the removal of the old data if the copy was complete", () => {
    expect(decide("new", ["new"], { new: receiver, old: sender })).toEqual({ source: null, superseded: ["old"] });
    expect(decide("new", ["new", "old"], { new: receiver, old: sender }).superseded).toEqual([]);
    expect(decide("new", ["new"], { new: receiver, old: {} })).toEqual(NONE);
  });

  it("starts with the old data if it was undone, or moves a complete copy back because it may have changed", () => {
    expect(decide("old", ["old"], { old: sender, new: {} })).toEqual(NONE);
    expect(decide("old", ["old"], { old: sender, new: receiver })).toEqual({ source: "new", superseded: ["new"] });
  });

  it("takes the newest copy if the target host changed, and removes the older copies", () => {
    expect(decide("third", ["third"], { third: {}, old: sender, new: receiver })).toEqual({
      source: "new",
      superseded: ["new", "old"],
    });
    expect(decide("third", ["third"], { third: {}, old: sender, new: {} })).toEqual({
      source: "old",
      superseded: ["old"],
    });
  });
});

describe("a component that would start without its data", () => {
  it("does not start while the host with the data is unreachable", () => {
    expect(dataLoss({ new: {} }, ["old"], ["new"], ["new", "old"])).toMatch(
      /^the data is on "old", which is unreachable\. Nothing was started.*deploy again; to start.*OnMove\.DISCARD$/,
    );
  });

  it("does not start if the host with the data left the monitoring in the same edit", () => {
    expect(dataLoss({ new: {} }, ["old"], ["new"], ["new"])).toMatch(
      /^the data was on "old", which left the monitoring in the same edit\. Nothing was started\. A move takes two deploys/,
    );
  });

  it("starts if the previous host has no data, or is still a host of the component", () => {
    expect(dataLoss({ new: {}, old: {} }, ["old"], ["new"], ["new", "old"])).toBe("");
    expect(dataLoss({ new: {} }, ["old"], ["new", "old"], ["new", "old"])).toBe("");
    expect(dataLoss({ new: {} }, [], ["new"], ["new", "app"])).toBe("");
  });
});

it("reads the state of a member, and ignores an incomplete note", () => {
  expect(ask({ text: "installed=yes\nlive=yes\ndata=yes\nnewest=1700000000\nnote=to new a1\n" })).toEqual({
    ...{ installed: true, live: true, data: true, newest: 1_700_000_000 },
    ...{ role: "to", peer: "new", token: "a1" },
  });
  const nothing = { installed: false, live: false, data: false, newest: 0, role: "", peer: "", token: "" };
  expect(ask({ text: "newest=\nnote=to new\n" })).toEqual(nothing);
  expect(ask({ text: "" })).toEqual(nothing);
});
