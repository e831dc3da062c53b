import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { NumberedLog } from "../support/numbered-log";
import { PushedStream, pushRequest } from "../../tools/dev/push-request";
import { pushCommand } from "../support/push-command";
import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { AuthorityPair, issueCertificate } from "../support/tls-client";
import { until } from "../support/wait";

const project = new Project("e2e-attacks", "198.19.96.0/20");
const numbers = new NumberedLog(project, "app");
const TIMEOUT = 120_000;
const TLS = "/etc/cdktf-monitoring/tls";
const AUTHORITY = "/var/lib/monitoring/certificate_authority";
/** The ports of the hub that other servers or technicians reach by TLS. */
const PORTS = { prometheus: 9090, alertmanager: 9093, loki: 3100, grafana: 3000, gateway: 3180 } as const;
/** The ports of the components on the hub's loopback address. */
const API = { prometheus: 9190, alertmanager: 9193, loki: 3101, grafana: 3190 } as const;

const PROGRAM = `
import { App, TerraformStack } from "cdktf";
import { Alertmanager, Grafana, LocalNetwork, LocalServer, LogAgent, LogSource, Loki, MonitoredServer, Monitoring, MonitoringHost, Prometheus, Transport } from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
  debian: process.env.LOCAL_DEBIAN,
});
const transport = process.env.TRANSPORT === "plain" ? Transport.plain() : Transport.mutualTls();
const monitoring = new Monitoring(stack, "monitoring", { technicians: [network.gateway], logAgent: LogAgent.promtail(), transport });
const server = (name: string) => new LocalServer(stack, name + "-server", { network, name });
const hub = new MonitoringHost(stack, "hub", { monitoring, server: server("hub") });
new Prometheus(hub, "prometheus", { scrapeInterval: "2s" });
new Alertmanager(hub, "alertmanager");
new Loki(hub, "loki");
new Grafana(hub, "grafana");
new MonitoredServer(stack, "app", { monitoring, server: server("app"), logs: [LogSource.files("numbers", { paths: ["/srv/numbers/*.log"] })] });
app.synth();
`;

let folder = "";

/** A request with curl: the options before the URL. */
interface Attempt {
  /** Server on which the program runs. */
  readonly from: string;
  /** System user. @default root */
  readonly user?: string;
  /** Folder on the server with `certificate.pem` and `key.pem`. @default - no certificate */
  readonly identity?: string;
  /** Password of the technician. @default - none */
  readonly password?: string;
  readonly scheme?: string;
}

/** Returns the status of each request to a port of the hub, `000` if there is no answer. */
function statuses(attempt: Attempt, port: number, ...requests: readonly string[]): Record<string, string> {
  const { from, user = "root", identity, password, scheme = "https" } = attempt;
  const options = [
    `--cacert ${TLS}/node_exporter/authority.pem`,
    ...(identity === undefined ? [] : [`--cert ${identity}/certificate.pem --key ${identity}/key.pem`]),
    ...(password === undefined ? [] : [`--user technician:${password}`]),
  ].join(" ");
  const url = `${scheme}://${project.address("hub")}:${port}`;
  const commands = requests.map((request) => {
    const [method = "", path = ""] = request.split(" ");
    return `curl -s -o /dev/null -w '%{http_code}\\n' -m 5 --path-as-is ${options} -X ${method} ${method === "POST" ? "-d x " : ""}"${url}${path}" || true`;
  });
  const script = `cd /; ${commands.join("\n")}`;
  project.write(from, "/tmp/attempt.sh", script);
  const codes = project.on(from, `chmod 755 /tmp/attempt.sh; runuser -u ${user} -- sh /tmp/attempt.sh`).split("\n");
  return Object.fromEntries(requests.map((request, index) => [request, codes[index] ?? ""]));
}

const all = (requests: readonly string[], status: string): Record<string, string> =>
  Object.fromEntries(requests.map((request) => [request, status]));

/** Puts a forged certificate of a component into a folder on the hub, and returns the folder. */
function forge(name: string, authority: AuthorityPair, kind: string, days?: number): string {
  const own = mkdtempSync(join(folder, "forged-"));
  issueCertificate(playbooksDirectory, own, authority, kind, days);
  for (const file of ["certificate.pem", "key.pem"])
    project.write("hub", `/root/${name}/${file}`, readFileSync(join(own, file), "utf8"));
  return `/root/${name}`;
}

/** The key and certificate of the stack's authority, which only root on the hub can read. */
function realAuthority(): AuthorityPair {
  const read = (file: string): string => project.on("hub", `cat ${AUTHORITY}/${file}.pem`) + "\n";
  return { key: read("key"), certificate: read("certificate") };
}

/** Requests a JSON document of a component, as root on the hub. */
function api(port: number, path: string): unknown {
  return JSON.parse(project.on("hub", `curl -sf -m 10 'http://127.0.0.1:${port}${path}'`));
}

const sentLines = {
  lines: async (selector: string): Promise<string[]> => {
    const start = Date.now() - 3_600_000;
    const query = new URLSearchParams({ query: selector, limit: "5000", start: `${start}000000` });
    const found = api(API.loki, `/loki/api/v1/query_range?${query.toString()}`) as {
      data: { result: { values: [string, string][] }[] };
    };
    return Promise.resolve(found.data.result.flatMap(({ values }) => values.map(([, line]) => line)));
  },
};

/** Returns the status of a request whose target no URL can contain, from a client without a certificate on the hub. */
function statusOf(port: number, target: string, password?: string): string {
  const program = `
import base64, socket, ssl, sys
host, port, target, login = sys.argv[1:]
context = ssl.create_default_context(cafile="${TLS}/node_exporter/authority.pem")
with context.wrap_socket(socket.create_connection((host, int(port)), 5), server_hostname=host) as it:
    header = f"Authorization: Basic {base64.b64encode(login.encode()).decode()}\\r\\n" if login else ""
    it.sendall(f"GET {target} HTTP/1.1\\r\\nHost: localhost\\r\\n{header}Connection: close\\r\\n\\r\\n".encode())
    print(it.recv(4096).split()[1].decode())
`;
  project.write("hub", "/tmp/target.py", program);
  const login = password === undefined ? "" : `technician:${password}`;
  return project.on("hub", `python3 /tmp/target.py ${project.address("hub")} ${port} '${target}' '${login}'`);
}

/** Returns the value of a query that has one result. */
function measured(query: string): number {
  const found = api(API.prometheus, `/api/v1/query?query=${encodeURIComponent(query)}`) as {
    data: { result: { value: [number, string] }[] };
  };
  return Number(found.data.result[0]?.value[1]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "attacks-"));
  writeFileSync(join(project.directory, "main.ts"), PROGRAM);
  await project.up({ TRANSPORT: "plain" });
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
  rmSync(folder, { recursive: true });
}, DEPLOY_TIMEOUT);

test("with a plain transport, the attacks that certificates and passwords stop succeed", () => {
  const attacker = { from: "hub", scheme: "http" };
  const success = (port: number, request: string): void => {
    expect(statuses(attacker, port, request)).toEqual(all([request], "200"));
  };
  success(PORTS.prometheus, "GET /debug/pprof/cmdline");
  success(PORTS.alertmanager, "GET /api/v2/silences");
  success(PORTS.loki, "GET /loki/api/v1/labels");
  success(PORTS.grafana, "GET /metrics");
  success(PORTS.gateway, "GET /metrics");
});

test(
  "one deploy encrypts all connections without a lost log line",
  async () => {
    numbers.install();
    // The deploy that grants access to the folder was before the folder existed.
    project.on("app", "chmod 755 /srv/numbers");
    numbers.start();
    await until("the first lines", 60, async () => (await sentLines.lines('{job="numbers"}')).length > 0);

    await project.up();
    numbers.stop();

    expect(await numbers.faults(sentLines)).toEqual({ missing: [], duplicate: [] });
    await until("all targets", 60, () => measured("count(up == 1)") === 9);
    // Each service restarts once. Prometheus scrapes every 2 s, so a gap of 30 s would be 15 scrapes.
    expect(measured('min(count_over_time(up{job="node"}[1m] offset 5s))')).toBeGreaterThan(10);
    expect(await project.up()).toMatch(/No changes|0 added, 0 changed, 0 destroyed/);
  },
  3 * DEPLOY_TIMEOUT,
);

test("the components themselves listen on the loopback address, where only the gateway may connect", () => {
  for (const [kind, port] of Object.entries(API)) {
    expect(project.on("hub", `ss -Hltn 'sport = :${port}' | awk '{print $4}'`)).toBe(`127.0.0.1:${port}`);
    expect([kind, project.on("hub", `runuser -u nobody -- curl -s -m 3 127.0.0.1:${port}/ || echo $?`)]).toEqual([
      kind,
      "7",
    ]);
  }
});

describe.each(Object.entries(PORTS))("the port of %s", (kind, port) => {
  const path = kind === "loki" ? "GET /loki/api/v1/labels" : kind === "grafana" ? "GET /metrics" : "GET /api/v2/status";

  test("redirects or rejects plain text", () => {
    expect(Object.values(statuses({ from: "hub", scheme: "http" }, port, "GET /"))[0]).toMatch(/^(308|400)$/);
  });

  test(
    "refuses clients without a certificate and a password, and forged certificates",
    () => {
      const refused = kind === "grafana" || kind === "gateway" ? "403" : "401";
      expect(statuses({ from: "hub" }, port, path)).toEqual(all([path], refused));
      const foreign = forge("foreign", { key: "", certificate: "" }, "prometheus");
      expect(statuses({ from: "hub", identity: foreign }, port, path)).toEqual(all([path], "000"));
      const expired = forge("expired", realAuthority(), "prometheus", -1);
      expect(statuses({ from: "hub", identity: expired }, port, path)).toEqual(all([path], "000"));
    },
    TIMEOUT,
  );

  test("forwards nothing from the certificate of another kind", () => {
    const identity = `${TLS}/node_exporter`;
    expect(statuses({ from: "hub", identity }, port, path, "GET /metrics")).toEqual(all([path, "GET /metrics"], "403"));
  });
});

test(
  "a log agent sends lines, and queries and administrates nothing",
  () => {
    const agent = { from: "app", identity: `${TLS}/log_agent` };
    const refused = [
      "GET /loki/api/v1/labels",
      "GET /loki/api/v1/query_range?query=%7Bjob%3D%22numbers%22%7D",
      "GET /metrics",
      "GET /ingester/shutdown",
      "POST /flush",
      "GET /config",
    ];
    expect(statuses(agent, PORTS.loki, "GET /ready", ...refused)).toEqual({
      "GET /ready": "200",
      ...all(refused, "403"),
    });
  },
  TIMEOUT,
);

describe("a technician", () => {
  const password = (): string => project.on("hub", "cat /etc/gateway/password");

  test(
    "uses the web UIs with the password, and stops and changes no component",
    () => {
      const technician = { from: "hub", password: password() };
      expect(statuses(technician, PORTS.prometheus, "GET /api/v1/query?query=up")).toEqual({
        "GET /api/v1/query?query=up": "200",
      });
      expect(statuses(technician, PORTS.alertmanager, "GET /api/v2/silences")).toEqual({
        "GET /api/v2/silences": "200",
      });
      expect(statuses(technician, PORTS.loki, "GET /loki/api/v1/labels")).toEqual({ "GET /loki/api/v1/labels": "200" });
      const administration = {
        [PORTS.prometheus]: [
          "POST /-/quit",
          "POST /-/reload",
          "GET /debug/pprof/",
          "GET //debug/pprof/heap",
          "GET /%64ebug/pprof/",
          "POST /api/v1/write",
          "POST /api/v1/admin/tsdb/snapshot",
        ],
        [PORTS.alertmanager]: ["POST /-/reload", "GET /debug/pprof/", "GET /x/../debug/pprof/"],
        [PORTS.loki]: ["POST /flush", "POST /ingester/shutdown", "GET /config", "POST /loki/api/v1/push"],
        [PORTS.grafana]: ["GET /metrics", "GET /%6Detrics", "GET //metrics"],
      };
      for (const [port, requests] of Object.entries(administration))
        expect(statuses(technician, Number(port), ...requests)).toEqual(all(requests, "403"));
    },
    TIMEOUT,
  );

  test("gets no request with an unusual target past the rules", () => {
    for (const target of ["x:http://h/metrics", "x:http://h/debug/pprof/", "*"])
      for (const port of [PORTS.prometheus, PORTS.alertmanager, PORTS.loki, PORTS.grafana])
        expect([target, statusOf(port, target, password())]).toEqual([target, "400"]);
    for (const target of ["x:/-/quit", "http://h/debug/pprof/"])
      expect(statusOf(PORTS.prometheus, target, password())).toBe("403");
    expect(statusOf(PORTS.grafana, "http://h/metrics")).toBe("403");
  });

  test("is asked for the password, which only root on the hub can read", () => {
    const wrong = { from: "hub", password: "wrong" };
    expect(statuses(wrong, PORTS.prometheus, "GET /api/v1/query?query=up")).toEqual({
      "GET /api/v1/query?query=up": "401",
    });
    expect(project.on("hub", "stat -c '%a %U %G' /etc/gateway/password /etc/gateway/login")).toBe(
      "600 root root\n640 root gateway",
    );
    expect(project.filesWith(password())).toEqual([]);
  });
});

describe("root on a member", () => {
  const push = (...streams: readonly PushedStream[]): string =>
    project.on("app", pushCommand(`https://${project.address("hub")}:${PORTS.loki}`, pushRequest(...streams)));
  const stream = (labels: Readonly<Record<string, string>>, line = "a line"): PushedStream => ({
    labels,
    lines: [line],
  });

  test(
    "sends log lines of its own server, and none of another one",
    async () => {
      expect(push(stream({ instance: "app", job: "own" }, "an own line"))).toBe("204");
      expect(push(stream({ instance: "hub", job: "sshd" }, "a forged line"))).toBe(
        'app sends lines of another server: their label instance is "hub"\n403',
      );
      expect(push(stream({ job: "sshd" }, "a forged line"))).toMatch(/403$/);
      expect(push(stream({ instance: "app", job: "own" }), stream({ instance: "hub", job: "sshd" }))).toMatch(/403$/);
      await until("the own line", 30, async () => (await sentLines.lines('{job="own"}')).includes("an own line"));
      expect(await sentLines.lines('{job="sshd"} |= "a forged line"')).toEqual([]);
    },
    TIMEOUT,
  );

  test(
    "reaches its own limits, and not those of other servers",
    async () => {
      const streams = (first: number, count: number): PushedStream[] =>
        Array.from({ length: count }, (_, index) => stream({ instance: "app", job: `job${first + index}` }));
      expect(push(...streams(0, 900))).toBe("204");
      expect(push(...streams(900, 900))).toMatch(
        /^app may use no more streams within an hour: 8\d\d new streams of this batch are discarded\n400$/,
      );
      project.on("hub", "logger -t sudo 'a line of the hub'");
      await until("the line of the hub", 30, async () => {
        const found = await sentLines.lines('{instance="hub"} |= "a line of the hub"');
        return found.length > 0;
      });
    },
    TIMEOUT,
  );
});

test(
  "a Viewer of Grafana queries, and sends and administrates nothing through the data sources",
  () => {
    const admin = `admin:${project.on("hub", "cat /var/lib/monitoring/grafana/admin_password")}`;
    const url = `http://127.0.0.1:${API.grafana}`;
    const user = JSON.stringify({ login: "viewer", password: "viewer-password", OrgId: 1 });
    project.write("hub", "/tmp/user.json", user);
    project.on(
      "hub",
      `curl -sf -u ${admin} -H 'Content-Type: application/json' -d @/tmp/user.json ${url}/api/admin/users`,
    );
    const status = (method: string, path: string): string =>
      project.on(
        "hub",
        `curl -s -o /dev/null -w '%{http_code}' --path-as-is -u viewer:viewer-password -X ${method} '${url}${path}'`,
      );
    const proxy = "/api/datasources/proxy/uid";
    expect(status("GET", `${proxy}/prometheus/api/v1/query?query=up`)).toBe("200");
    expect(status("GET", `${proxy}/loki/loki/api/v1/labels`)).toBe("200");
    expect(status("GET", `${proxy}/alertmanager/api/v2/silences`)).toBe("200");
    for (const [method, path] of [
      ["POST", `${proxy}/prometheus/api/v1/write`],
      ["GET", `${proxy}/prometheus/debug/pprof/heap`],
      ["GET", `${proxy}/prometheus/metrics`],
      ["GET", `${proxy}/prometheus/api/v1/status/config`],
      ["GET", `${proxy}/loki/config`],
      ["POST", `${proxy}/loki/flush`],
      ["GET", `${proxy}/alertmanager/debug/pprof/heap`],
      ["POST", `${proxy}/alertmanager/api/v2/alerts`],
      ["POST", "/api/datasources/uid/prometheus/resources/api/v1/write"],
      ["POST", "/api/datasources/uid/prometheus/resources/../api/v1/write"],
    ] as const)
      expect([path, status(method, path)]).toEqual([path, expect.stringMatching(/^40[0345]$/)]);
    expect(measured("prometheus_remote_storage_samples_in_total or vector(0)")).toBeGreaterThanOrEqual(0);
  },
  TIMEOUT,
);

test(
  "verify passes",
  async () => {
    expect(await project.succeed("verify")).toContain("All checks passed");
  },
  DEPLOY_TIMEOUT,
);

test(
  "one deploy goes back to a plain transport, and removes keys and certificates",
  async () => {
    await project.up({ TRANSPORT: "plain" });
    const up = `curl -s '${project.url("hub", 9090)}/api/v1/query?query=count(up==1)'`;
    await until("all targets", 60, () => project.on("hub", up).includes('"9"'));
    for (const name of ["hub", "app"]) expect(project.on(name, `find ${TLS} -type f`)).toBe("");
    expect(project.on("hub", "find /etc/gateway -type f")).toBe("/etc/gateway/Caddyfile");
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "a deploy back to a plain transport removes the check of senders, and log lines still arrive",
  async () => {
    await project.up({ TRANSPORT: "plain" });
    expect(project.on("hub", "systemctl show -P LoadState cdktf-monitoring-log-senders.service")).toBe("not-found");
    expect(project.on("hub", "find /opt/cdktf-monitoring /etc/systemd -type f -name '*log?senders*'")).toBe("");
    project.on("app", "logger -t sudo 'a line without encryption'");
    await until("the line", 30, async () => {
      const found = await sentLines.lines('{instance="app"} |= "a line without encryption"');
      return found.length > 0;
    });
    expect(await project.up({ TRANSPORT: "plain" })).toMatch(/No changes|0 added, 0 changed, 0 destroyed/);
  },
  2 * DEPLOY_TIMEOUT,
);
