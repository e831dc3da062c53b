import { Dashboard } from "../../../lib/dashboards/dashboard";
import { dashboardLogQueries } from "../../../lib/dashboards/queries";
import { emittedLabels } from "../../../lib/logs/emitted-labels";
import { LogSource } from "../../../lib/logs/log-source";
import { LokiServer, lokiTest } from "../../support/loki-server";

const KINDS = ["prometheus", "grafana", "loki", "log_agent"];
const subject = {
  kinds: new Set(KINDS),
  alerts: [],
  logs: emittedLabels([
    ...KINDS.map((kind) => LogSource.journal(kind, { units: [`${kind}.service`] })),
    LogSource.nginx(),
  ]),
};

const SSHD = [
  "Accepted publickey for bob from 10.0.0.1 port 5123 ssh2: ED25519 SHA256:abc",
  "Accepted password for root from 10.0.0.2 port 5124 ssh2",
  "Disconnected from user bob 10.0.0.1 port 5123",
  "Invalid user eve from 10.0.0.3 port 1",
  "Connection closed by invalid user eve 10.0.0.3 port 1 [preauth]",
  "Connection reset by authenticating user root 10.0.0.4 port 2 [preauth]",
  "Failed password for invalid user x from 9.9.9.9 port 1 from 10.0.0.5 port 3 ssh2",
];
const SUDO = [
  "     bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/id -u",
  "bob : PWD=/ ; USER=root ; TSID=00000A ; COMMAND=/bin/ls",
  "pam_unix(sudo:session): session opened for user root(uid=0) by bob(uid=1000)",
  "     bob : command not allowed ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls /x",
  "eve : 3 incorrect password attempts ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
];
/** Lines that Loki writes about queries, and one about its work. */
const LOKI_LINES = [
  'level=info ts=2026-11-30T00:00:00Z caller=metrics.go:237 component=querier org_id=fake query="{job=\\"x\\"}"',
  'level=info ts=2026-11-30T00:00:00Z caller=engine.go:232 org_id=fake msg="executing query" type=range',
  'level=info ts=2026-11-30T00:00:00Z caller=roundtrip.go:263 org_id=fake msg="executing query" type=range',
  'level=info ts=2026-11-30T00:00:00Z caller=compactor.go:1 msg="compacting table"',
];
const request = (path: string, status: number): string =>
  `::1 - - [25/Nov/2026:02:55:11 +0000] "GET ${path} HTTP/1.1" ${status} 153 "-" "curl/8"`;

let server: LokiServer | undefined;

beforeAll(async () => {
  server = await LokiServer.start("groups: []");
  const write = async (job: string, kind: string, lines: readonly string[], labels: object = {}): Promise<void> =>
    server?.api.push({ instance: "app", monitoring: "m", job, kind, ...labels }, lines, new Date(Date.now() - 60_000));
  await write("sshd", "audit", SSHD);
  await write("sudo", "audit", SUDO);
  await write("kernel", "oom", ["Out of memory: Killed process 1"]);
  await write("nginx", "access", [request("/a?b=c", 200), request("/a?b=d", 200)], { status_class: "2xx" });
  await write("nginx", "access", [request("/b", 500)], { status_class: "5xx" });
  await write("nginx", "access", [request("/c", 404)], { status_class: "4xx" });
  for (const job of ["nginx", ...KINDS])
    for (const level of ["warning", "error", "critical"])
      await write(job, "application", [`level=${level} msg="it went wrong" err="a \\"quoted\\" name"`], { level });
  await write("loki", "application", LOKI_LINES, { level: "info" });
  await write("loki", "application", ["level=error caller=engine.go:1 msg=failed"], { level: "error" });
  await write("loki", "application", ["panic: not logfmt"], { level: "critical" });
}, 120_000);

afterAll(async () => {
  await server?.stop();
});

/** Returns the queries of a dashboard's panels and variables, with everything selected. */
function queriesOf(dashboard: Dashboard): { readonly where: string; readonly query: string }[] {
  return dashboardLogQueries(dashboard._json(subject) ?? "").map(({ where, expression }) => ({
    where: where.replace(/^.*, (panel|variable) /, "$1 "),
    query: expression.replace(/\$(instance|job)/g, ".+"),
  }));
}

/** Returns the counts that a panel shows, by the values of their labels. */
async function numbers(dashboard: Dashboard, panel: string): Promise<Record<string, number>> {
  const found = queriesOf(dashboard).find(({ where }) => where === `panel "${panel}"`);
  const series = (await server?.at(found?.query ?? "", Date.now())) ?? [];
  return Object.fromEntries(
    series.map(({ metric, value }) => [
      Object.entries(metric)
        .sort()
        .map(([, text]) => text)
        .join(" "),
      value,
    ]),
  );
}

/** Returns the numbers in the only row of a table. */
async function columns(dashboard: Dashboard, panel: string): Promise<(number | undefined)[]> {
  const queries = queriesOf(dashboard).filter(({ where }) => where === `panel "${panel}"`);
  return Promise.all(queries.map(async ({ query }) => (await server?.at(query, Date.now()))?.[0]?.value));
}

/** Returns the newest lines that a panel shows. */
async function lines(dashboard: Dashboard, panel: string): Promise<string[]> {
  const found = queriesOf(dashboard).find(({ where }) => where === `panel "${panel}"`);
  return (await server?.api.lines(found?.query ?? "")) ?? [];
}

describe.each([Dashboard.applicationLogs(), Dashboard.audit(), Dashboard.monitoringLogs()])("$title", (dashboard) => {
  lokiTest("gets data for each query", async () => {
    const empty: string[] = [];
    for (const { where, query } of queriesOf(dashboard)) {
      const found = query.startsWith("{") ? await server?.api.lines(query) : await server?.at(query, Date.now());
      if (!found?.length) empty.push(`${where}: ${query}`);
    }
    expect(empty).toEqual([]);
  });
});

describe("Audit", () => {
  lokiTest("shows who logged in, and from where", async () => {
    expect(await numbers(Dashboard.audit(), "Accepted logins by user")).toEqual({
      "10.0.0.1 bob": 1,
      "10.0.0.2 root": 1,
    });
  });

  lokiTest("counts each failed login once, also with a misleading user name", async () => {
    expect(await numbers(Dashboard.audit(), "Failed logins by user")).toEqual({
      "10.0.0.3 eve": 1,
      "10.0.0.4 root": 1,
      "10.0.0.5 x from 9.9.9.9 port 1": 1,
    });
  });

  lokiTest("shows allowed and denied sudo commands", async () => {
    expect(await numbers(Dashboard.audit(), "Allowed commands")).toEqual({
      "/usr/bin/id root bob": 1,
      "/bin/ls root bob": 1,
    });
    expect(await numbers(Dashboard.audit(), "Denied commands")).toEqual({
      "/bin/ls command not allowed bob": 1,
      "/bin/sh 3 incorrect password attempts eve": 1,
    });
  });
});

describe("Application logs", () => {
  lokiTest("shows paths without query strings", async () => {
    const paths = await numbers(Dashboard.applicationLogs(), "Top paths");
    expect(paths).toEqual({ "/a": 2, "/b": 1, "/c": 1 });
    expect(await numbers(Dashboard.applicationLogs(), "Top failing paths")).toEqual({ "/b": 1 });
  });

  lokiTest("shows the percentage of failed requests", async () => {
    expect(await numbers(Dashboard.applicationLogs(), "4xx share")).toEqual({ "": 25 });
    expect(await numbers(Dashboard.applicationLogs(), "5xx share")).toEqual({ "": 25 });
    expect(await columns(Dashboard.applicationLogs(), "Requests by log")).toEqual([4, 1, 25, 1, 25]);
  });

  lokiTest("shows the server and the log of each line", async () => {
    expect(await lines(Dashboard.applicationLogs(), "Newest lines")).toContain(`app nginx: ${request("/b", 500)}`);
  });
});

describe("Monitoring logs", () => {
  lokiTest("shows Loki's work and errors without its statistics of queries", async () => {
    const shown = await lines(Dashboard.monitoringLogs(), "Newest lines");
    expect(shown.filter((line) => line.startsWith("app loki: ") && !line.includes("it went wrong"))).toEqual(
      expect.arrayContaining([
        "app loki: level=error caller=engine.go:1 msg=failed",
        "app loki: panic: not logfmt",
        expect.stringContaining("compacting table"),
      ]),
    );
    expect(shown.filter((line) => /executing query|metrics.go/.test(line))).toEqual([]);
  });

  lokiTest("counts errors by component and message, also next to lines that are not logfmt", async () => {
    expect(await numbers(Dashboard.monitoringLogs(), "Most frequent errors")).toEqual({
      ...Object.fromEntries(KINDS.map((kind) => [`${kind} it went wrong`, 2])),
      "loki failed": 1,
    });
  });
});
