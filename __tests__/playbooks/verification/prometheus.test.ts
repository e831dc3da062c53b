import { once } from "node:events";
import { createServer } from "node:http";
import { start } from "../python";

/** What is told of a Prometheus that gives these answers one after the other, the last one again and again. */
async function ask(...answers: readonly unknown[]): Promise<{ said: unknown; asked: number }> {
  let asked = 0;
  const server = createServer((_, response) => {
    const active = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    response.end(JSON.stringify({ status: "success", data: { activeTargets: active } }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const { code, stdout } = await start("verification/questions/prometheus.py", [`http://127.0.0.1:${port}`], {
    ...process.env,
    http_proxy: "http://192.0.2.1:3128",
  }).ended;
  server.close();
  expect(code).toBe(0);
  return { said: JSON.parse(stdout), asked };
}

const target = (health: string): unknown => ({
  labels: { job: "node", instance: "app", monitoring: "m" },
  health,
  lastError: health === "down" ? "no route" : "",
  discoveredLabels: { much: "more" },
});

test("targets are told with no more than is needed, and without a proxy", async () => {
  const { said, asked } = await ask([target("up"), target("down")]);
  expect(said).toEqual([
    { job: "node", instance: "app", health: "up", error: "" },
    { job: "node", instance: "app", health: "down", error: "no route" },
  ]);
  expect(asked).toBe(1);
});

test("one that has just started is waited for", async () => {
  const { said, asked } = await ask([], [target("unknown")], [target("up")]);
  expect(said).toEqual([{ job: "node", instance: "app", health: "up", error: "" }]);
  expect(asked).toBe(3);
});

test("that it does not answer is told in its place", async () => {
  const { code, stdout } = await start("verification/questions/prometheus.py", ["http://127.0.0.1:9"], process.env)
    .ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    error: expect.stringMatching(/^http:\/\/127.0.0.1:9 does not answer: /) as string,
  });
});
