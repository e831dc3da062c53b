import { once } from "node:events";
import { createServer } from "node:http";
import { readFileSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playbooksDirectory } from "../../../lib/paths";
import { run } from "../../../tools/cli/process";

const PASSWORD = "s3cret";
const ANSWERS: Readonly<Record<string, readonly [number, unknown]>> = {
  "/api/health": [200, { version: "13.2.3", database: "ok" }],
  "/api/datasources": [
    200,
    [
      { uid: "prometheus", name: "Prometheus", url: "http://10.0.0.7:9090" },
      { uid: "loki", name: "Loki", url: "http://10.0.0.7:3100" },
      { uid: "alertmanager", name: "Alertmanager", url: "http://10.0.0.7:9093" },
    ],
  ],
  "/api/datasources/uid/prometheus/health": [200, { status: "OK", message: "Successfully queried" }],
  "/api/datasources/proxy/uid/loki/loki/api/v1/labels": [
    502,
    { message: "dial tcp 10.0.0.7:3100: connection refused" },
  ],
  "/api/datasources/proxy/uid/alertmanager/api/v2/status": [200, { cluster: { status: "ready" } }],
  "/api/search?type=dash-db&limit=5000": [
    200,
    [
      { uid: "a", title: "A", tags: ["much", "more"] },
      { uid: "ours", title: "Ours", tags: ["cdktf-monitoring"] },
      { uid: "cdktf-monitoring-fleet", title: "Fleet", tags: [] },
    ],
  ],
  "/api/dashboards/uid/cdktf-monitoring-fleet": [
    200,
    {
      dashboard: {
        title: "Fleet",
        panels: [
          {
            title: "Servers",
            targets: ["cpu", "memory", "disk"].map((expr, index) => ({ refId: "ABC"[index], expr, format: "table" })),
            transformations: [
              { id: "merge", options: {} },
              {
                id: "organize",
                options: {
                  renameByName: {
                    instance: "Server",
                    "Value #A": "Processors",
                    "Value #B": "Memory",
                    "Value #C": "Fullest disk",
                  },
                },
              },
            ],
          },
        ],
      },
    },
  ],
  "/api/dashboards/uid/ours": [
    200,
    {
      dashboard: {
        title: "Ours",
        templating: { list: [{ name: "instance" }] },
        panels: [
          { type: "row", title: "Heading" },
          { title: "Busy", targets: [{ refId: "A", expr: 'busy{instance="$instance"}' }] },
          { title: "Odd", targets: [{ refId: "A", expr: "odd" }] },
        ],
      },
    },
  ],
};

let asked = 0;

/** What its query API answers: two servers are up, and only of one there is an answer. */
function answerTo(body: string): unknown {
  const frame = (labels: object, value: number | null) => ({
    schema: { fields: [{ name: "Time" }, { name: "Value", labels }] },
    data: { values: [[0], [value]] },
  });
  const of = (instances: readonly string[]): unknown => ({
    results: { A: { frames: instances.map((instance) => frame({ instance }, 1)) } },
  });
  if (body.includes("up{job")) return of(["hub", "app"]);
  // The rate of the second server has no second scrape at first.
  if (body.includes('"cpu"')) return of(asked++ === 0 ? ["hub"] : ["hub", "app"]);
  if (body.includes('"memory"') || body.includes('"disk"')) return of(["app", "hub"]);
  return { results: { A: { frames: [frame({}, body.includes('busy{instance=\\"app\\"}') ? 0 : null)] } } };
}

/** What is told of a Grafana by whom its password file holds `password`. */
async function ask(password: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "grafana-question-"));
  writeFileSync(join(folder, "password"), `${password}\n`);
  // The same program, but for where the password is.
  const program = readFileSync(join(playbooksDirectory, "verification/questions/grafana.py"), "utf8");
  writeFileSync(
    join(folder, "grafana.py"),
    program.replace("/var/lib/monitoring/grafana/admin_password", join(folder, "password")),
  );
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    const known = headers.authorization === `Basic ${btoa(`admin:${PASSWORD}`)}`;
    let sent = "";
    request.on("data", (chunk: Buffer) => (sent += chunk.toString()));
    request.on("end", () => {
      const queried = url === "/api/ds/query" ? ([200, answerTo(sent)] as const) : undefined;
      const answer = queried ?? ANSWERS[url] ?? [404, {}];
      const [status, body] = known ? answer : [401, { message: "invalid username or password" }];
      response.writeHead(status).end(JSON.stringify(body));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const environment = { http_proxy: "http://192.0.2.1:3128" };
  const { code, stdout } = await run("python3", [join(folder, "grafana.py"), `http://127.0.0.1:${port}`], {
    environment,
  });
  server.close();
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test("data sources, dashboards and which panels of ours have data are told, and why one does not answer", async () => {
  expect(await ask(PASSWORD)).toEqual({
    version: "13.2.3",
    sources: [
      { uid: "prometheus", name: "Prometheus", error: "" },
      { uid: "loki", name: "Loki", error: "dial tcp 10.0.0.7:3100: connection refused" },
      { uid: "alertmanager", name: "Alertmanager", error: "" },
    ],
    dashboards: [
      { uid: "a", title: "A" },
      { uid: "ours", title: "Ours" },
      { uid: "cdktf-monitoring-fleet", title: "Fleet" },
    ],
    shown: { cpu: ["app", "hub"], memory: ["app", "hub"], disk: ["app", "hub"] },
    panels: [
      { title: "Ours", server: "app", panels: 2, empty: ["Odd"] },
      { title: "Ours", server: "hub", panels: 2, empty: ["Busy", "Odd"] },
    ],
  });
});

test("that somebody set another password in its pages is told in its place", async () => {
  expect(await ask("other")).toEqual({ error: "the password on its server is not the one that it knows" });
});

test("that it is not there is told in its place", async () => {
  const program = join(playbooksDirectory, "verification/questions/grafana.py");
  const { code, stdout } = await run("python3", [program, "http://127.0.0.1:9"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    error: expect.stringMatching(/^http:\/\/127.0.0.1:9 does not answer: /) as string,
  });
});
