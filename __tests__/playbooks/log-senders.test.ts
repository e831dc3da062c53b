import { assert, asyncProperty, record, string, uint8Array, array, constantFrom, integer } from "fast-check";
import { ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { Agent, createServer, IncomingHttpHeaders, request, Server } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { bytes, field, pushRequest, StreamLabels, varint } from "../../tools/dev/push-request";
import { compress } from "snappyjs";
import { until } from "../support/wait";
import { removeFolders, temporaryFolder } from "./python";

const PROGRAM = join(playbooksDirectory, "roles", "gateway", "files", "log_senders.py");
const OWN = { job: "app", instance: "web" };

/** A Loki that records what arrives. */
class FakeLoki {
  public status = 204;
  /** Milliseconds until it answers. */
  public delay = 0;
  public readonly bodies: Buffer[] = [];
  public headers: IncomingHttpHeaders = {};
  private readonly server: Server;

  public constructor() {
    this.server = createServer((asked, response) => {
      const parts: Buffer[] = [];
      asked.on("data", (part: Buffer) => parts.push(part));
      asked.on("end", () => {
        this.bodies.push(Buffer.concat(parts));
        this.headers = asked.headers;
        setTimeout(() => {
          response.writeHead(this.status).end(this.status === 204 ? undefined : "an answer of Loki\n");
        }, this.delay);
      });
    });
  }

  public async start(): Promise<number> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return (this.server.address() as AddressInfo).port;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** The running program, in front of a {@link FakeLoki}. */
class Gate {
  public readonly loki = new FakeLoki();
  public log = "";
  private program?: ChildProcess;
  private readonly socket = join(temporaryFolder(), "socket");
  private readonly agent = new Agent({ keepAlive: true });

  public async start(rate = 1e9, streams = 100): Promise<void> {
    const port = await this.loki.start();
    const words = ["-I", "-S", PROGRAM, this.socket, `127.0.0.1:${port}`, String(rate), String(streams)];
    this.program = spawn("python3", words, { stdio: ["ignore", "ignore", "pipe"] });
    this.program.stderr?.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    await until("the socket", 10, () => existsSync(this.socket));
  }

  public async stop(): Promise<void> {
    this.agent.destroy();
    const ended = new Promise((done) => this.program?.once("close", done));
    this.program?.kill();
    await ended;
    await this.loki.stop();
  }

  /** Sends a request as the gateway does, and returns the status and the text of the answer. */
  public async send(
    body: Buffer,
    sender: string | undefined = "web",
    headers: Record<string, string> = {},
    path = "/loki/api/v1/push",
  ): Promise<string> {
    const { socket: socketPath, agent } = this;
    const all = {
      "Content-Type": "application/x-protobuf",
      ...(sender === "" ? {} : { "X-Log-Sender": sender }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath, agent, path, method: "POST", headers: all }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => {
          resolve(`${String(answer.statusCode)} ${text.trim()}`.trim());
        });
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  public async sendStreams(...labels: readonly StreamLabels[]): Promise<string> {
    return this.send(pushRequest(...labels.map((each) => ({ labels: each, lines: ["a line"] }))));
  }
}

const gates: Gate[] = [];

async function started(rate?: number, streams?: number): Promise<Gate> {
  const gate = new Gate();
  gates.push(gate);
  await gate.start(rate, streams);
  return gate;
}

afterEach(async () => {
  for (const gate of gates.splice(0)) await gate.stop();
});

afterAll(removeFolders);

it("forwards the lines of a server unchanged, and returns the answer of Loki", async () => {
  const gate = await started();
  const body = pushRequest(
    { labels: OWN, lines: ["first", "second"] },
    { labels: { instance: "web" }, lines: ["third"] },
  );
  expect(await gate.send(body, "web", { "X-Scope-OrgID": "other", Authorization: "Basic eDp5" })).toBe("204");
  expect(gate.loki.bodies).toEqual([body]);
  expect(gate.loki.headers).not.toHaveProperty("x-scope-orgid");
  expect(gate.loki.headers).not.toHaveProperty("authorization");
  gate.loki.status = 400;
  expect(await gate.send(body)).toBe("400 an answer of Loki");
  expect(gate.log).toBe("");
});

it("refuses lines with the name of another server, or without a name, and logs one refusal per minute", async () => {
  const gate = await started();
  const refusal = "403 web sends lines of another server: their label instance is";
  expect(await gate.sendStreams(OWN, { job: "app", instance: "hub" })).toBe(`${refusal} "hub"`);
  expect(await gate.sendStreams({ job: "app" })).toBe(`${refusal} none`);
  expect(await gate.sendStreams({ instance: "web2" })).toBe(`${refusal} "web2"`);
  expect(await gate.sendStreams({ instance: "web\n" })).toContain('"web\\n"');
  expect(gate.loki.bodies).toEqual([]);
  expect(JSON.parse(gate.log)).toMatchObject({
    level: "warn",
    logger: "log_senders",
    msg: 'web sends lines of another server: their label instance is "hub"',
    sender: "web",
    refused: "instance",
  });
});

it.each([
  ["a repeated label", '{instance="web", instance="hub"}'],
  ["a label in the place of another one", '{a="", instance="hub", instance="web"}'],
  ["quotes that Loki accepts, too", "{instance=`web`}"],
  ["a comment", '{instance="web" # }\n, job="x"}'],
  ["spaces", '{ instance="web"}'],
  ["another order of brackets", 'x{instance="web"}'],
  ["a quoted name", '{"instance"="web"}'],
  ["an end of line", '{instance="web"}\n'],
  ["an escaped quote", '{a="\\", instance="hub", b=\\"", instance="web"}{}'],
])("refuses labels with %s", async (_, labels) => {
  const gate = await started();
  expect(await gate.sendStreams(labels)).toMatch(/^400 /);
  expect(gate.loki.bodies).toEqual([]);
});

it("reads values with quotes, backslashes and commas", async () => {
  const gate = await started();
  expect(await gate.sendStreams({ file: 'C:\\a, instance="hub"', instance: "web" })).toBe("204");
});

it("refuses messages that a log agent would not send", async () => {
  const gate = await started();
  const labels = (text: string): Buffer => bytes(1, Buffer.from(text));
  const own = labels('{instance="web"}');
  const line = bytes(2, bytes(2, Buffer.from("a line")));
  const messages: Readonly<Record<string, Buffer>> = {
    "no labels": bytes(1, line),
    "labels twice": bytes(1, Buffer.concat([own, labels('{instance="hub"}'), line])),
    "a field that Loki does not know": bytes(1, Buffer.concat([own, bytes(9, Buffer.from("x"))])),
    "a field next to the streams": Buffer.concat([bytes(1, own), bytes(2, Buffer.from("otlp"))]),
    "another type": bytes(1, Buffer.concat([own, field(2, 5, Buffer.alloc(4))])),
    "labels that end too late": Buffer.concat([Buffer.from([10, 200, 1]), own]),
    "a number that is too long": Buffer.alloc(12, 255),
    "labels in another encoding": bytes(1, bytes(1, Buffer.from([123, 255, 125]))),
  };
  for (const [name, message] of Object.entries(messages))
    expect([name, await gate.send(Buffer.from(compress(message)))]).toEqual([name, "400 the body is malformed"]);
  const hash = bytes(1, Buffer.concat([own, line, field(3, 0, varint(7))]));
  expect(await gate.send(Buffer.from(compress(hash)))).toBe("204");
});

it("refuses malformed blocks of Snappy", async () => {
  const gate = await started();
  const blocks: Readonly<Record<string, number[]>> = {
    nothing: [],
    "a literal that is cut off": [5, 16, 97],
    "more content than announced": [1, 4, 97, 97],
    "less content than announced": [3, 4, 97, 97],
    "a copy from before the beginning": [8, 0, 97, 1 | (3 << 2), 2],
    "a copy of nothing": [8, 0, 97, 1 | (3 << 2), 0],
    "a copy that is cut off": [8, 0, 97, 2],
  };
  for (const [name, block] of Object.entries(blocks))
    expect([name, await gate.send(Buffer.from(block))]).toEqual([name, "400 the body is malformed"]);
});

it("decompresses what a compressor writes", async () => {
  const gate = await started();
  const lines = array(
    string({ unit: "binary", maxLength: 2000 }).map((text) => text.repeat(3)),
    { maxLength: 20 },
  );
  const streams = record({ job: constantFrom("a", "b"), lines });
  await assert(
    asyncProperty(array(streams, { minLength: 1, maxLength: 4 }), async (given) => {
      const body = pushRequest(
        ...given.map(({ job, lines: own }) => ({ labels: { instance: "web", job }, lines: own })),
      );
      expect(await gate.send(body)).toBe("204");
      expect(gate.loki.bodies.at(-1)).toEqual(body);
    }),
    { numRuns: 50 },
  );
});

it("survives any body", async () => {
  const gate = await started();
  await assert(
    asyncProperty(uint8Array({ maxLength: 200 }), integer({ min: 0, max: 300 }), async (content, length) => {
      const block = Buffer.concat([varint(length), Buffer.from(content)]);
      expect(await gate.send(block)).toMatch(/^(400|403|204)/);
    }),
    { numRuns: 200 },
  );
  expect(await gate.sendStreams(OWN)).toBe("204");
});

it("reads copies with long offsets, and copies that overlap", async () => {
  const gate = await started();
  const text = '{instance="web", job="' + "a".repeat(60_000) + '"}';
  const message = bytes(1, Buffer.concat([bytes(1, Buffer.from(text)), bytes(2, bytes(2, Buffer.from("a line")))]));
  // Snappyjs writes no offsets of four bytes: this block copies the letters from the first one.
  const letters = message.indexOf("aaaa");
  const head = message.subarray(0, letters + 1);
  const copies: number[] = [];
  for (let left = 59_999; left > 0; left -= 64) copies.push(3 | ((Math.min(left, 64) - 1) << 2), 1, 0, 0, 0);
  const tail = message.subarray(letters + 60_000);
  const literal = (part: Buffer): Buffer => Buffer.concat([Buffer.from([(part.length - 1) << 2]), part]);
  const block = Buffer.concat([varint(message.length), literal(head), Buffer.from(copies), literal(tail)]);
  expect(await gate.send(block)).toBe("204");
});

it("refuses labels that are too long before it reads them", async () => {
  const gate = await started();
  expect(await gate.sendStreams({ ...OWN, job: "😀\\".repeat(1_000_000) })).toMatch(
    /^400 the labels of a stream have \d+ bytes, and 65536 bytes are allowed$/,
  );
  expect(await gate.sendStreams(OWN)).toBe("204");
});

it("logs a forged line although another refusal was logged before", async () => {
  const gate = await started(1e9, 1);
  expect(await gate.sendStreams(OWN, { ...OWN, job: "b" })).toMatch(/^400 /);
  expect(await gate.sendStreams({ instance: "hub" })).toMatch(/^403 /);
  const kinds = gate.log
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { refused: string }).refused);
  expect(kinds).toEqual(["streams", "instance"]);
});

it("does not count streams that Loki rejects", async () => {
  const gate = await started(1e9, 1);
  gate.loki.status = 429;
  expect(await gate.sendStreams({ ...OWN, job: "a" })).toBe("429 an answer of Loki");
  gate.loki.status = 204;
  expect(await gate.sendStreams({ ...OWN, job: "b" })).toBe("204");
});

it("admits few requests of one server at the same time", async () => {
  const gate = await started();
  gate.loki.delay = 300;
  const answers = await Promise.all([1, 2, 3, 4, 5].map(async () => gate.sendStreams(OWN)));
  expect(answers.filter((answer) => answer === "204")).toHaveLength(3);
  expect(answers.filter((answer) => answer === "429 web has 3 requests open")).toHaveLength(2);
});

it("charges requests that need much CPU time", async () => {
  const gate = await started(1_000_000);
  // Literals of one byte, with a wrong total.
  const block = Buffer.concat([varint(4_000_000), ...Array.from({ length: 2_000_000 }, () => Buffer.from([0, 97]))]);
  const answers: string[] = [];
  for (let round = 0; round < 30 && answers.at(-1)?.startsWith("429") !== true; round += 1)
    answers.push(await gate.send(block));
  expect(answers[0]).toBe("400 the body is malformed");
  expect(answers.at(-1)).toMatch(/^429 web sends more than/);
}, 60_000);

it("limits the streams of each server", async () => {
  const gate = await started(1e9, 3);
  const streams = (...jobs: readonly string[]): StreamLabels[] => jobs.map((job) => ({ ...OWN, job }));
  expect(await gate.sendStreams(...streams("a", "b", "c"))).toBe("204");
  expect(await gate.sendStreams(...streams("a", "b"))).toBe("204");
  expect(await gate.sendStreams(...streams("a", "d"))).toBe(
    "400 web may use no more streams within an hour: 1 new streams of this batch are discarded",
  );
  // Loki got the stream that the server may use.
  expect(gate.loki.bodies).toHaveLength(3);
  expect(gate.loki.bodies.at(-1)?.toString("latin1")).toMatch(/job="a"(?![^]*job="d")/);
  expect(JSON.parse(gate.log)).toMatchObject({ sender: "web", refused: "streams" });
  expect(await gate.sendStreams(...streams("e", "f"))).toMatch(/^400 .*: 2 new streams/);
  expect(gate.loki.bodies).toHaveLength(3);
  const other = pushRequest({ labels: { instance: "db" }, lines: ["a line"] });
  expect(await gate.send(other, "db")).toBe("204");
});

it("slows a server down to its rate, and no other one", async () => {
  const gate = await started(1000);
  // The first 20 seconds' worth are free.
  const lines = (size: number): Buffer => pushRequest({ labels: OWN, lines: ["x".repeat(size)] });
  expect(await gate.send(lines(19_900))).toBe("204");
  const begin = Date.now();
  expect(await gate.send(lines(900))).toBe("204");
  expect(Date.now() - begin).toBeGreaterThan(500);
  expect(await gate.send(lines(15_000))).toMatch(/^429 web sends more than [0-9.]+ MB per second$/);
  const other = pushRequest({ labels: { instance: "db" }, lines: ["x".repeat(10_000)] });
  expect(await gate.send(other, "db")).toBe("204");
});

it("refuses other formats, and requests that are too large", async () => {
  const gate = await started();
  const body = pushRequest({ labels: OWN, lines: ["a line"] });
  expect(await gate.send(Buffer.from("{}"), "web", { "Content-Type": "application/json" })).toMatch(/^415 /);
  expect(await gate.send(body, "web", { "Content-Encoding": "gzip" })).toMatch(/^415 /);
  expect(await gate.send(body, "web", { "Transfer-Encoding": "chunked" })).toMatch(/^411 /);
  expect(await gate.send(Buffer.alloc(9_000_000), "web")).toMatch(/^413 /);
  expect(await gate.send(Buffer.from(compress(Buffer.alloc(21_000_000))), "web")).toMatch(/^413 /);
  expect(await gate.send(body, "")).toBe("403 the gateway names no sender");
  expect(await gate.send(body, "web", {}, "/flush")).toBe("403 only lines are accepted here");
  expect(gate.loki.bodies).toEqual([]);
});

it("asks again on a new connection if Loki has closed the old one, and reports a Loki that is down", async () => {
  const gate = await started();
  expect(await gate.sendStreams(OWN)).toBe("204");
  await gate.loki.stop();
  expect(await gate.sendStreams(OWN)).toMatch(/^503 Loki does not answer: /);
});
