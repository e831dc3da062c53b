import { NO_ANSWER, runCheck, serve, UNREACHABLE } from "./check";

/** The result for a Prometheus with these responses, of which the last is repeated, and the number of requests. */
async function check(...responses: readonly unknown[]): Promise<{ result: unknown; requests: number }> {
  let requests = 0;
  const result = await serve(
    (_, response) => {
      const activeTargets = responses[Math.min(requests, responses.length - 1)];
      requests += 1;
      response.end(JSON.stringify({ status: "success", data: { activeTargets } }));
    },
    (url) => runCheck("prometheus", [url]),
  );
  return { result, requests };
}

const target = (health: string): unknown => ({
  labels: { job: "node", instance: "app", monitoring: "m" },
  health,
  lastError: health === "down" ? "no route" : "",
  discoveredLabels: { further: "labels" },
});

describe("prometheus.py", () => {
  it("prints job, instance, health and error of each target, and uses no proxy", async () => {
    expect(await check([target("up"), target("down")])).toEqual({
      result: {
        targets: [
          { job: "node", instance: "app", health: "up", error: "" },
          { job: "node", instance: "app", health: "down", error: "no route" },
        ],
      },
      requests: 1,
    });
  });

  it("waits for the first scrape of all targets", async () => {
    expect(await check([], [target("unknown")], [target("up")])).toEqual({
      result: { targets: [{ job: "node", instance: "app", health: "up", error: "" }] },
      requests: 3,
    });
  });

  it("prints an error if Prometheus does not answer", async () => {
    expect(await runCheck("prometheus", [UNREACHABLE])).toEqual(NO_ANSWER);
  });
});
