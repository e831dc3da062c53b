import { once } from "node:events";
import { createServer } from "node:http";
import { start } from "../python";

const SECOND = 1_000_000_000n;

/** A Loki that has lines of these ages, in seconds, by job and kind; it notes what it was asked. */
async function ask(
  lines: Readonly<Record<string, Readonly<Record<string, number>>>>,
  logins: readonly (readonly string[])[] = [["app", "hub"]],
): Promise<{ said: unknown; selectors: string[] }> {
  const selectors: string[] = [];
  const left = [...logins];
  const senders = (instances: readonly string[]): unknown => ({
    data: { result: instances.map((instance) => ({ metric: { instance } })) },
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://loki");
    const query = url.searchParams.get("query") ?? "";
    const job = /job="([^"]*)"/.exec(query)?.[1] ?? "";
    const kinds = Object.keys(lines[job] ?? {}).filter((kind) => kind !== "");
    const answers: Readonly<Record<string, () => unknown>> = {
      "/ring": () => ({ shards: [{ state: "ACTIVE" }, { state: "LEFT" }] }),
      "/loki/api/v1/label/job/values": () => ({ data: Object.keys(lines) }),
      // Without values Loki leaves the list out.
      "/loki/api/v1/label/kind/values": () => (kinds.length > 0 ? { data: kinds } : {}),
      "/loki/api/v1/query": () => {
        if (!query.includes('job="sshd"')) return senders(["hub", "app"]);
        return senders((left.length > 1 ? left.shift() : left[0]) ?? []);
      },
      "/loki/api/v1/query_range": () => {
        selectors.push(query);
        const age = lines[job]?.[/kind="([^"]*)"/.exec(query)?.[1] ?? ""];
        const when = BigInt(Date.now()) * 1_000_000n - BigInt(age ?? 0) * SECOND;
        return { data: { result: age === undefined ? [] : [{ values: [[String(when), "line"]] }] } };
      },
    };
    response.end(JSON.stringify(answers[url.pathname]?.() ?? {}));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const { code, stdout } = await start("verification/questions/loki.py", [`http://127.0.0.1:${port}`], {
    ...process.env,
    http_proxy: "http://192.0.2.1:3128",
  }).ended;
  server.close();
  expect(code).toBe(0);
  return { said: JSON.parse(stdout), selectors };
}

test("the newest line of each job is told, and of each of its kinds", async () => {
  const { said, selectors } = await ask({ sshd: { "": 60 }, nginx: { access: 5, error: 3600 } });
  const about = (age: number): unknown => expect.closeTo(age, -1);
  expect(said).toEqual({
    members: 1,
    logins: ["app", "hub"],
    newest: [
      { job: "nginx", kind: "access", age: about(5) },
      { job: "nginx", kind: "error", age: about(3600) },
      { job: "sshd", age: about(60) },
    ],
  });
  expect(selectors).toEqual(['{job="nginx", kind="access"}', '{job="nginx", kind="error"}', '{job="sshd"}']);
});

test("a login that has not come yet is waited for", async () => {
  const { said } = await ask({}, [[], ["hub"], ["hub", "app"]]);
  expect(said).toEqual({ members: 1, logins: ["app", "hub"], newest: [] });
});

test("that it does not answer is told in its place", async () => {
  const { code, stdout } = await start("verification/questions/loki.py", ["http://127.0.0.1:9"], process.env).ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    error: expect.stringMatching(/^http:\/\/127.0.0.1:9 does not answer: /) as string,
  });
});
