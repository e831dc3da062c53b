import { NO_ANSWER, runCheck, serve, UNREACHABLE } from "./check";

const SECOND = 1_000_000_000n;

/** The result for a Loki with lines of these ages in seconds, by job and kind, and the selectors that the check used. */
async function check(
  lines: Readonly<Record<string, Readonly<Record<string, number>>>>,
  logins: readonly (readonly string[])[] = [["app", "hub"]],
  { rings = [["ACTIVE", "LEFT"]], members = 1, servers = 2, senders: sending = ["hub", "app"] } = {},
): Promise<{ result: unknown; selectors: string[] }> {
  const selectors: string[] = [];
  const [remaining, ringsLeft] = [[...logins], [...rings]];
  const next = <T>(values: T[]): T | undefined => (values.length > 1 ? values.shift() : values[0]);
  const senders = (instances: readonly string[]): unknown => ({
    data: { result: instances.map((instance) => ({ metric: { instance } })) },
  });
  const answer = (path: string): unknown => {
    const url = new URL(path, "http://loki");
    const query = url.searchParams.get("query") ?? "";
    const job = /job="([^"]*)"/.exec(query)?.[1] ?? "";
    const kinds = Object.keys(lines[job] ?? {}).filter((kind) => kind !== "");
    const answers: Readonly<Record<string, () => unknown>> = {
      "/prometheus/api/v1/rules": () => ({ data: { groups: [] } }),
      "/ring": () => ({ shards: (next(ringsLeft) ?? []).map((state) => ({ state })) }),
      "/loki/api/v1/label/job/values": () => ({ data: Object.keys(lines) }),
      // Without values, Loki omits the list.
      "/loki/api/v1/label/kind/values": () => (kinds.length > 0 ? { data: kinds } : {}),
      "/loki/api/v1/query": () => {
        if (!query.includes('job="sshd"')) return senders(sending);
        return senders(next(remaining) ?? []);
      },
      "/loki/api/v1/query_range": () => {
        selectors.push(query);
        const age = lines[job]?.[/kind="([^"]*)"/.exec(query)?.[1] ?? ""];
        const time = BigInt(Date.now()) * 1_000_000n - BigInt(age ?? 0) * SECOND;
        return { data: { result: age === undefined ? [] : [{ values: [[String(time), "line"]] }] } };
      },
    };
    return answers[url.pathname]?.() ?? {};
  };
  const result = await serve(
    (request, response) => response.end(JSON.stringify(answer(request.url ?? ""))),
    (url) => runCheck("loki", [url, "hub", "monitoring", members, servers]),
  );
  return { result, selectors };
}

describe("loki.py", () => {
  it("prints the age of the newest line of each job, and of each kind in a job", async () => {
    const { result, selectors } = await check({ sshd: { "": 60 }, nginx: { access: 5, error: 3600 } });
    const about = (age: number): unknown => expect.closeTo(age, -1);
    expect(result).toEqual({
      members: 1,
      logins: ["app", "hub"],
      newest: [
        { job: "nginx", kind: "access", age: about(5) },
        { job: "nginx", kind: "error", age: about(3600) },
        { job: "sshd", age: about(60) },
      ],
      critical: [],
    });
    expect(selectors).toEqual(['{job="nginx", kind="access"}', '{job="nginx", kind="error"}', '{job="sshd"}']);
  });

  it("waits for the logins of all servers that send lines", async () => {
    const { result } = await check({}, [[], ["hub"], ["hub", "app"]]);
    expect(result).toEqual({ members: 1, logins: ["app", "hub"], newest: [], critical: [] });
  });

  it("waits for a server whose log agent has not delivered any line yet", async () => {
    const { result } = await check({}, [["hub"], ["hub", "app"]], { senders: ["hub"] });
    expect(result).toMatchObject({ logins: ["app", "hub"] });
  });

  it("waits until the ring has as many active members as the stack", async () => {
    const rings = [["ACTIVE"], ["ACTIVE", "JOINING"], ["ACTIVE", "ACTIVE"]];
    expect((await check({}, undefined, { rings, members: 2 })).result).toMatchObject({ members: 2 });
  });

  it("prints an error if Loki does not answer", async () => {
    expect(await runCheck("loki", [UNREACHABLE, "hub", "monitoring", 1, 1])).toEqual(NO_ANSWER);
  });
});
