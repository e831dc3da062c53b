import { execFileSync } from "node:child_process";

/** A datagram, as the server that it is for, and the address and port that are dialled. */
type Edge = readonly [string, string, number];

/** What servers say of what they sent, and of what they heard; those that are not named fail. */
interface Servers {
  readonly send?: Readonly<Record<string, readonly string[]>>;
  readonly tell?: Readonly<Record<string, readonly number[]>>;
}

const PROGRAM = `
import json, sys
sys.dont_write_bytecode = True
from verification import exchange

wanted, here, says = json.loads(sys.argv[1])
played = []

def play(asked):
    played.append({verb: sorted(host for host, each in asked.items() if each[0] == verb) for verb, *_ in asked.values()})
    known = {host: says.get(verb, {}).get(host) for host, (verb, *_) in asked.items()}
    return {host: {"failed": "ill"} if each is None else {"lines": ["a greeting", json.dumps(each)]} for host, each in known.items()}

print(json.dumps({"found": exchange.exchange(wanted, here, play), "played": played}))`;

/** What comes of an exchange with servers that a program plays; `here` are the sources that are this machine. */
function exchange(
  wanted: Readonly<Record<string, readonly Edge[]>>,
  says: Servers,
  here: Readonly<Record<string, string | null>> = {},
): { readonly found: unknown; readonly played: unknown } {
  const args = ["-c", PROGRAM, JSON.stringify([wanted, here, says])];
  return JSON.parse(execFileSync("python3", args, { cwd: "playbooks", encoding: "utf8" })) as ReturnType<
    typeof exchange
  >;
}

const HUB: Edge = ["hub", "10.0.0.10", 9094];
const APP: Edge = ["app", "10.0.0.11", 9094];

test("those that are sent to listen, then all others send, and then it is told what was heard", () => {
  const wanted = { hub: [APP], app: [HUB], db: [HUB, APP] };
  const send = { hub: ["sent"], app: ["sent"], db: ["sent", "sent"] };
  expect(exchange(wanted, { send, tell: { hub: [1], app: [3] } })).toEqual({
    played: [{ listen: ["app", "hub"] }, { send: ["app", "db", "hub"] }, { tell: ["app", "hub"] }],
    found: { hub: ["dropped"], app: ["let in"], db: ["dropped", "let in"] },
  });
});

test("where there is nothing to send no server is asked", () => {
  expect(exchange({ hub: [], app: [] }, {})).toEqual({ played: [], found: { hub: [], app: [] } });
});

test("nothing follows from what did not listen, nor from what did not send", () => {
  const wanted = { app: [HUB], db: [HUB, APP], hub: [APP] };
  const send = { app: ["unreachable"], hub: ["sent"] };
  expect(exchange(wanted, { send, tell: { hub: [] } }).found).toEqual({
    app: ["unreachable"],
    db: [null, null],
    hub: [null],
  });
});

test("this machine sends as all that it is tried as, and by the address that it is told", () => {
  const wanted = { here: [["hub", "127.0.0.1", 9]], stranger: [["hub", "127.0.0.1", 9]] } as const;
  const { played, found } = exchange(wanted, { tell: { hub: [0] } }, { here: null, stranger: "192.0.2.99" });
  expect(played).toEqual([{ listen: ["hub"] }, {}, { tell: ["hub"] }]);
  expect(found).toEqual({ here: ["let in"], stranger: ["unreachable"] });
});
