import { IncomingMessage } from "node:http";
import { NO_ANSWER, runCheck, serve, UNREACHABLE } from "./check";

/** An alert in the format of the API. */
interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly endsAt: string;
}

/** A simulated Alertmanager. */
interface Simulation {
  /** The receivers of the test alert. */
  readonly receivers: readonly string[];
  /** The lines of the metrics, before and after the test alert. */
  readonly metrics: (posted: boolean) => readonly string[];
  readonly watchdog?: boolean;
  readonly silences?: readonly object[];
  /** The number of cluster members, for each request; the last one stays. */
  readonly peers?: readonly number[];
  /** The number of members that the stack has. */
  readonly expected?: number;
}

/** The result for an Alertmanager, and the alerts that the check sent. */
async function check(simulation: Simulation): Promise<{ result: unknown; posted: readonly Posted[] }> {
  const posted: Posted[] = [];
  const peers = [...(simulation.peers ?? [])];
  const answer = async (request: IncomingMessage): Promise<string> => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    if (pathname === "/api/v2/status") {
      const number = peers.length > 1 ? peers.shift() : peers[0];
      return JSON.stringify({ cluster: number === undefined ? {} : { peers: Array(number).fill({}) } });
    }
    if (pathname === "/metrics")
      return simulation
        .metrics(posted.length > 0)
        .map((line) => `${line}\n`)
        .join("");
    if (pathname === "/api/v2/silences") return JSON.stringify(simulation.silences ?? []);
    if (request.method === "POST") {
      const chunks = (await request.toArray()) as Buffer[];
      posted.push(...(JSON.parse(Buffer.concat(chunks).toString()) as Posted[]));
      return "";
    }
    const [name, trial] = searchParams.getAll("filter");
    if (name === 'alertname="Watchdog"')
      return JSON.stringify(simulation.watchdog === false ? [] : [{ status: { silencedBy: ["one"] } }]);
    expect([name, trial]).toEqual(['alertname="MonitoringTest"', `trial="${posted[0]?.labels.trial ?? ""}"`]);
    const receivers = simulation.receivers.map((each) => ({ name: each }));
    return JSON.stringify(posted.length === 0 ? [] : [{ receivers }]);
  };
  const result = await serve(
    (request, response) => {
      void answer(request).then((text) => response.end(text));
    },
    (url) => runCheck("alertmanager", [url, "hub", "test", simulation.expected ?? 1, 2]),
  );
  return { result, posted };
}

/** The metrics of an integration: all messages, and those that failed. */
const metricLines = (receiver: string, integration: string, total: number, failed = 0): string[] => {
  const labels = `{integration="${integration}",receiver_name="${receiver}"}`;
  return [
    `alertmanager_notification_requests_total${labels} ${total}`,
    `alertmanager_notification_requests_failed_total${labels} ${failed}`,
  ];
};

describe("alertmanager.py", () => {
  it("sends a test alert, prints the time of each delivery, and resolves the alert", async () => {
    const { result, posted } = await check({
      receivers: ["ops", 'on "call"'],
      metrics: (posted) => [
        "# HELP alertmanager_notification_requests_total The total number.",
        ...metricLines("ops", "slack", posted ? 8 : 7, 2),
        ...metricLines("ops", "email", posted ? 1 : 0),
        ...metricLines('on \\"call\\"', "pagerduty", posted ? 1 : 0),
        ...metricLines("outside", "webhook", 5),
      ],
    });
    const seconds = expect.any(Number) as number;
    expect(result).toEqual({
      members: 1,
      watchdog: true,
      silences: [],
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

  it("prints no deliveries if the receiver has no integration", async () => {
    const { result } = await check({ receivers: ["nobody"], metrics: () => [], peers: [2], expected: 2 });
    expect(result).toEqual({ members: 2, watchdog: true, silences: [], deliveries: [] });
  });

  it("waits until the cluster has as many members as the stack", async () => {
    const { result } = await check({ receivers: ["nobody"], metrics: () => [], peers: [3, 1, 2], expected: 2 });
    expect(result).toMatchObject({ members: 2 });
  });

  it("prints failed deliveries and a missing Watchdog alert after a waiting time", async () => {
    const { result } = await check({
      receivers: ["ops"],
      metrics: (posted) => metricLines("ops", "slack", posted ? 3 : 0, posted ? 3 : 0),
      watchdog: false,
    });
    expect(result).toEqual({
      members: 1,
      watchdog: false,
      silences: [],
      deliveries: [{ receiver: "ops", integration: "slack", error: "no result in time" }],
    });
  }, 60_000);

  it("prints the silences that have not expired, and which of them silence the Watchdog alert", async () => {
    const matchers = [{ name: "severity", value: "none", isRegex: false, isEqual: true }];
    const silence = { createdBy: "alice", comment: "why", startsAt: "2026-01-01", endsAt: "2026-01-02", matchers };
    const { result } = await check({
      receivers: ["nobody"],
      metrics: () => [],
      silences: [
        { ...silence, id: "one", status: { state: "active" } },
        { ...silence, id: "two", status: { state: "pending" } },
        { ...silence, id: "old", status: { state: "expired" } },
      ],
    });
    const printed = { by: "alice", comment: "why", starts: "2026-01-01", ends: "2026-01-02", matchers };
    expect(result).toMatchObject({
      silences: [
        { ...printed, id: "one", watchdog: true },
        { ...printed, id: "two", watchdog: false },
      ],
    });
  });

  it("prints an error if Alertmanager does not answer", async () => {
    expect(await runCheck("alertmanager", [UNREACHABLE, "hub", "test", 1])).toEqual(NO_ANSWER);
  });
});
