import { once } from "node:events";
import { createServer, IncomingMessage } from "node:http";
import { start } from "../python";

/** An alert as it was handed over. */
interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly endsAt: string;
}

/** What stands for an Alertmanager here. */
interface Stand {
  /** Which receivers are to be told of the test alert. */
  readonly receivers: readonly string[];
  /** The lines of its metrics, before and after it was handed an alert. */
  readonly metrics: (handed: boolean) => readonly string[];
  readonly watchdog?: boolean;
  readonly peers?: number;
}

/** What the question makes of it, and what alerts it was handed. */
async function ask(stand: Stand): Promise<{ said: unknown; posted: readonly Posted[] }> {
  const posted: Posted[] = [];
  const answer = async (request: IncomingMessage): Promise<string> => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    if (pathname === "/api/v2/status")
      return JSON.stringify({ cluster: stand.peers === undefined ? {} : { peers: Array(stand.peers).fill({}) } });
    if (pathname === "/metrics")
      return stand
        .metrics(posted.length > 0)
        .map((line) => `${line}\n`)
        .join("");
    if (request.method === "POST") {
      const chunks = (await request.toArray()) as Buffer[];
      posted.push(...(JSON.parse(Buffer.concat(chunks).toString()) as Posted[]));
      return "";
    }
    const [name, trial] = searchParams.getAll("filter");
    if (name === 'alertname="Watchdog"') return JSON.stringify(stand.watchdog === false ? [] : [{}]);
    expect([name, trial]).toEqual(['alertname="MonitoringTest"', `trial="${posted[0]?.labels.trial ?? ""}"`]);
    return JSON.stringify(posted.length === 0 ? [] : [{ receivers: stand.receivers.map((each) => ({ name: each })) }]);
  };
  const server = createServer((request, response) => {
    void answer(request).then((text) => response.end(text));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  const { code, stdout, stderr } = await start("verification/questions/alertmanager.py", [url, "hub", "test", "2"], {
    ...process.env,
    http_proxy: "http://192.0.2.1:3128",
  }).ended;
  server.close();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return { said: JSON.parse(stdout), posted };
}

const sent = (receiver: string, integration: string, total: number, failed = 0): string[] => {
  const labels = `{integration="${integration}",receiver_name="${receiver}"}`;
  return [
    `alertmanager_notification_requests_total${labels} ${total}`,
    `alertmanager_notification_requests_failed_total${labels} ${failed}`,
  ];
};

test("it sends a test alert, tells when each receiver took it by each of its ways, and ends it", async () => {
  const { said, posted } = await ask({
    receivers: ["ops", 'on "call"'],
    metrics: (handed) => [
      "# HELP alertmanager_notification_requests_total The total number.",
      ...sent("ops", "slack", handed ? 8 : 7, 2),
      ...sent("ops", "email", handed ? 1 : 0),
      ...sent('on \\"call\\"', "pagerduty", handed ? 1 : 0),
      ...sent("outside", "webhook", 5),
    ],
  });
  const seconds = expect.any(Number) as number;
  expect(said).toEqual({
    members: 1,
    watchdog: true,
    deliveries: [
      { receiver: 'on "call"', integration: "pagerduty", seconds },
      { receiver: "ops", integration: "email", seconds },
      { receiver: "ops", integration: "slack", seconds },
    ],
  });
  const labels = { alertname: "MonitoringTest", severity: "none", instance: "hub", monitoring: "test" };
  expect(posted.map((alert) => alert.labels)).toEqual([
    expect.objectContaining(labels),
    expect.objectContaining(labels),
  ]);
  const ends = posted.map(({ endsAt }) => Date.parse(endsAt) - Date.now());
  expect(ends[0]).toBeGreaterThan(60_000);
  expect(ends[1]).toBeLessThanOrEqual(0);
});

test("one whose receivers are nobody has nothing to deliver", async () => {
  const { said } = await ask({ receivers: ["nobody"], metrics: () => [], peers: 2 });
  expect(said).toEqual({ members: 2, watchdog: true, deliveries: [] });
});

test("what a receiver does not take, and what does not come from Prometheus, is told after a while", async () => {
  const { said } = await ask({
    receivers: ["ops"],
    metrics: (handed) => sent("ops", "slack", handed ? 3 : 0, handed ? 3 : 0),
    watchdog: false,
  });
  expect(said).toEqual({
    members: 1,
    watchdog: false,
    deliveries: [{ receiver: "ops", integration: "slack", error: "nothing came of it in time" }],
  });
}, 60_000);

test("that it does not answer is told in its place", async () => {
  const { code, stdout } = await start(
    "verification/questions/alertmanager.py",
    ["http://127.0.0.1:9", "hub", "test"],
    process.env,
  ).ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    error: expect.stringMatching(/^http:\/\/127.0.0.1:9 does not answer: /) as string,
  });
});
