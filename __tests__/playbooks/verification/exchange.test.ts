import { execFileSync } from "node:child_process";

/** Destination server, address and port of a datagram. */
type Datagram = readonly [string, string, number];

/** The results of sending, and the numbers of received datagrams, by server. Other servers fail. */
interface Results {
  readonly send?: Readonly<Record<string, readonly string[]>>;
  readonly report?: Readonly<Record<string, readonly number[]>>;
}

const PROGRAM = `
import json, sys
sys.dont_write_bytecode = True
from verification import exchange

wanted, here, results = json.loads(sys.argv[1])
played = []

def play(arguments):
    played.append({verb: sorted(host for host, each in arguments.items() if each[0] == verb) for verb, *_ in arguments.values()})
    known = {host: results.get(verb, {}).get(host) for host, (verb, *_) in arguments.items()}
    return {host: {"failed": "error"} if each is None else {"lines": ["a greeting", json.dumps(each)]} for host, each in known.items()}

print(json.dumps({"found": exchange.exchange(wanted, here, play), "played": played}))`;

/** An exchange with simulated servers; `here` are the sources on this machine. */
function exchange(
  wanted: Readonly<Record<string, readonly Datagram[]>>,
  results: Results,
  here: Readonly<Record<string, string | null>> = {},
): { readonly found: unknown; readonly played: unknown } {
  const args = ["-c", PROGRAM, JSON.stringify([wanted, here, results])];
  return JSON.parse(execFileSync("python3", args, { cwd: "playbooks", encoding: "utf8" })) as ReturnType<
    typeof exchange
  >;
}

const HUB: Datagram = ["hub", "10.0.0.10", 9094];
const APP: Datagram = ["app", "10.0.0.11", 9094];

it("starts the listeners, sends all datagrams, and then asks for reports", () => {
  const wanted = { hub: [APP], app: [HUB], db: [HUB, APP] };
  const send = { hub: ["sent"], app: ["sent"], db: ["sent", "sent"] };
  expect(exchange(wanted, { send, report: { hub: [1], app: [3] } })).toEqual({
    played: [{ listen: ["app", "hub"] }, { send: ["app", "db", "hub"] }, { report: ["app", "hub"] }],
    found: { hub: ["dropped"], app: ["received"], db: ["dropped", "received"] },
  });
});

it("contacts no server without datagrams", () => {
  expect(exchange({ hub: [], app: [] }, {})).toEqual({ played: [], found: { hub: [], app: [] } });
});

it("has no result if the destination did not listen or the source did not send", () => {
  const wanted = { app: [HUB], db: [HUB, APP], hub: [APP] };
  const send = { app: ["unreachable"], hub: ["sent"] };
  expect(exchange(wanted, { send, report: { hub: [] } }).found).toEqual({
    app: ["unreachable"],
    db: [null, null],
    hub: [null],
  });
});

it("sends from this machine for each source there, from the given address", () => {
  const wanted = { here: [["hub", "127.0.0.1", 9]], unauthorized: [["hub", "127.0.0.1", 9]] } as const;
  const { played, found } = exchange(wanted, { report: { hub: [0] } }, { here: null, unauthorized: "192.0.2.99" });
  expect(played).toEqual([{ listen: ["hub"] }, {}, { report: ["hub"] }]);
  expect(found).toEqual({ here: ["received"], unauthorized: ["unreachable"] });
});
