import { checkSource, evaluator, NO_ANSWER, runCheck, serve, UNREACHABLE } from "./check";

const evaluate = evaluator("prometheus");

/** The result for a Prometheus with these responses, of which the last is repeated, and the number of requests. */
async function check(
  expected: number,
  ...responses: readonly unknown[]
): Promise<{ result: unknown; requests: number }> {
  let requests = 0;
  const source = checkSource("prometheus").replace(/^WAIT = .*$/m, `WAIT = ${responses.length > 1 ? 20 : 1}`);
  const result = await serve(
    (request, response) => {
      if (request.url?.startsWith("/api/v1/rules") === true) {
        response.end(JSON.stringify({ data: { groups: [{ rules: RULES }] } }));
        return;
      }
      const activeTargets = responses[Math.min(requests, responses.length - 1)];
      requests += 1;
      response.end(JSON.stringify({ status: "success", data: { activeTargets } }));
    },
    (url) => runCheck("prometheus", [url, "hub", "monitoring", expected], source),
  );
  return { result, requests };
}

const RULES = [
  { type: "alerting", name: "DiskFull", labels: { severity: "critical", team: "db" } },
  { type: "alerting", name: "DiskFull", labels: { severity: "warning" } },
  { type: "recording", name: "some:sum", labels: { severity: "critical" } },
];
const critical = [{ alertname: "DiskFull", severity: "critical", team: "db" }];

/** A target; `age` is the number of seconds since its last scrape. */
const target = (health: string, age = 0, instance = "app"): unknown => ({
  labels: { job: "node", instance, monitoring: "m" },
  health,
  lastScrape: health === "unknown" ? "0001-01-01T00:00:00Z" : new Date(Date.now() - age * 1000).toISOString(),
  lastError: health === "down" ? "no route" : "",
  discoveredLabels: { further: "labels" },
});
const up = { job: "node", instance: "app", health: "up", error: "" };
const down = { ...up, health: "down", error: "no route" };

describe("prometheus.py", () => {
  it("prints job, instance, health and error of each target, and uses no proxy", async () => {
    expect(await check(2, [target("up"), target("down", -60)])).toEqual({
      result: { critical, targets: [up, down] },
      requests: 1,
    });
  });

  it("waits for the first scrape of all targets", async () => {
    expect(await check(1, [], [target("unknown")], [target("up")])).toEqual({
      result: { critical, targets: [up] },
      requests: 3,
    });
  });

  it("waits until Prometheus has as many targets as the stack", async () => {
    const both = [target("up"), target("up", 0, "db")];
    expect(await check(2, [target("up")], both)).toEqual({
      result: { critical, targets: [up, { ...up, instance: "db" }] },
      requests: 2,
    });
  });

  it("waits for another scrape of a target that was down before the check, as during a move", async () => {
    expect(await check(1, [target("down", 5)], [target("up")])).toEqual({
      result: { critical, targets: [up] },
      requests: 2,
    });
  });

  it("prints a target that stays down after the waiting time, or as soon as another scrape fails", async () => {
    expect(await check(1, [target("down", 5)], [target("down", -60)])).toEqual({
      result: { critical, targets: [down] },
      requests: 2,
    });
    expect((await check(1, [target("down", 5)])).result).toEqual({ critical, targets: [down] });
  });

  it("reads times with nanoseconds and a time zone", async () => {
    const scraped = (lastScrape: string): string =>
      `scraped_after({"lastScrape": "${lastScrape}"}, ${Date.UTC(2026, 0, 1) / 1000})`;
    expect(await evaluate(scraped("2026-01-01T02:00:01.123456789+02:00"))).toBe(true);
    expect(await evaluate(scraped("2026-01-01T02:00:00.9+02:00"))).toBe(false);
  });

  it("prints an error if Prometheus does not answer", async () => {
    expect(await runCheck("prometheus", [UNREACHABLE, "hub", "monitoring", 1])).toEqual(NO_ANSWER);
  });
});
