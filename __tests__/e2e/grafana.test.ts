import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { componentLogs } from "../support/component-logs";
import { GrafanaApi } from "../support/grafana";
import { LokiApi } from "../support/loki";
import { askPanels } from "../support/panels";
import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually, pause, until } from "../support/wait";

const GRAFANA = / {2}new Grafana\(hub, .*\n/;
const WITH_SHOP = '  new Grafana(hub, "grafana", { dashboards: [Dashboard.fromFile("shop.json")] });\n';
const BUILT_IN = {
  "cdktf-monitoring-audit": "Audit",
  "cdktf-monitoring-fleet": "Fleet",
  "cdktf-monitoring-logs": "Application logs",
  "cdktf-monitoring-monitoring": "Self-monitoring",
  "cdktf-monitoring-own-logs": "Monitoring logs",
  "cdktf-monitoring-server": "Server",
};

/**
 * Answers each DNS query of its server with "no such name", and appends the name to `/run/names`. The names of the
 * servers and of the local host are in `/etc/hosts`.
 */
const NAME_SERVER = `
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
while True:
    query, source = server.recvfrom(4096)
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    with open("/run/names", "a") as file:
        print(".".join(labels), file=file)
    server.sendto(query[:2] + b"\\x81\\x83" + query[4:6] + bytes(6) + query[12 : at + 5], source)
`;

const project = new Project("e2e-grafana", "198.18.208.0/20");

const passwordOn = (server: string): string => project.on(server, "cat /var/lib/monitoring/grafana/admin_password");
const grafanaOn = (server: string, password?: string): GrafanaApi =>
  new GrafanaApi(project.url(server, 3000), password);
const loggedIn = (server: string): GrafanaApi => grafanaOn(server, passwordOn(server));
const started = (): string => project.on("hub", "systemctl show --property=ActiveEnterTimestamp grafana");

function writeShop(title: string): void {
  const panels = [{ type: "stat", title: "Up", targets: [{ refId: "A", expr: "up" }] }];
  writeFileSync(
    join(project.directory, "shop.json"),
    JSON.stringify({ uid: "shop", title, schemaVersion: 36, panels }),
  );
}

beforeAll(async () => {
  writeShop("Shop");
  project.edit("main.ts", (text) => text.replace(GRAFANA, WITH_SHOP));
  await project.up();
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
}, DEPLOY_TIMEOUT);

test("accepts only the password that the server generated", async () => {
  expect(passwordOn("hub")).toMatch(/^[\w-]{32}$/);
  expect(await grafanaOn("hub").status("/api/health")).toBe(200);
  expect(await loggedIn("hub").status("/api/org")).toBe(200);
  expect(await grafanaOn("hub").status("/api/org")).toBe(401);
  expect(await grafanaOn("hub", "admin").status("/api/org")).toBe(401);
  expect(await grafanaOn("hub").status("/api/user/signup", { email: "a@example.com" })).not.toBe(200);
});

test("sends a content security policy, and its session cookie to no other site", async () => {
  const grafana = loggedIn("hub");
  expect(await grafana.header("/login", "Content-Security-Policy")).toMatch(/script-src 'self'.* 'nonce-[^']+';/);
  const cookie = await grafana.sessionCookie();
  expect(cookie).toContain("SameSite=Strict");
  expect(cookie).toContain("HttpOnly");
  // Over http, browsers would not send a cookie with this attribute.
  expect(cookie).not.toContain("Secure");
});

test("does not let a Viewer silence alerts or reload components through data sources", async () => {
  const user = { login: "viewer", name: "Viewer", password: "a password", role: "Viewer" };
  expect(await loggedIn("hub").status("/api/admin/users", user)).toBe(200);
  const viewer = new GrafanaApi(project.url("hub", 3000), user.password, user.login);
  const proxy = "/api/datasources/proxy/uid";
  const silence = {
    matchers: [{ name: "alertname", value: ".+", isRegex: true }],
    startsAt: new Date(Date.now()).toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: "viewer",
    comment: "all",
  };
  for (const path of [
    `${proxy}/alertmanager/api/v2/silences`,
    `${proxy}/alertmanager//api/v2/silences`,
    "/api/alertmanager/alertmanager/api/v2/silences",
    `${proxy}/alertmanager/-/reload`,
    `${proxy}/prometheus/-/reload`,
    `${proxy}/prometheus/-/quit`,
    `${proxy}/prometheus/api/v1/write`,
  ])
    expect([path, await viewer.status(path, silence)]).toEqual([path, 403]);
  expect(await viewer.json(`${proxy}/alertmanager/api/v2/silences`)).toEqual([]);
});

test("has data sources and dashboards that users cannot change", async () => {
  const grafana = loggedIn("hub");
  expect(await grafana.dataSources()).toContainEqual(
    expect.objectContaining({
      uid: "prometheus",
      url: `https://${project.address("hub")}:9290`,
      isDefault: true,
      readOnly: true,
    }),
  );
  expect(await grafana.health("prometheus")).toBe("OK");
  expect(await grafana.dashboards()).toMatchObject({ ...BUILT_IN, shop: "Shop" });
  const edited = { dashboard: { uid: "shop", title: "Mine", panels: [] }, overwrite: true };
  expect(await grafana.status("/api/dashboards/db", edited)).toBe(400);
});

test("has data of every server in all built-in panels within a minute", async () => {
  const grafana = loggedIn("hub");
  const shown = [
    ["cdktf-monitoring-fleet", {}],
    ["cdktf-monitoring-server", { instance: "hub" }],
    ["cdktf-monitoring-server", { instance: "app" }],
    ["cdktf-monitoring-monitoring", {}],
  ] as const;
  for (const [uid, variables] of shown) {
    const full = await eventually(`data of all panels of ${uid}`, 60, async () => {
      const { empty } = await askPanels(grafana, uid, variables);
      if (empty.length > 0) throw new Error(empty.join("\n"));
      return true;
    });
    expect(full).toBe(true);
  }
}, 300_000);

test("no component has logged an unexpected error since the deploy", async () => {
  // Grafana has asked the panels of all dashboards by now.
  await askPanels(loggedIn("hub"), "cdktf-monitoring-own-logs", {});
  const { jobs, errors } = await componentLogs(LokiApi.behindGateway(project, "hub"));
  expect(jobs).toEqual(expect.arrayContaining(["alertmanager", "grafana", "log_agent", "node_exporter", "prometheus"]));
  expect(errors).toEqual([]);
}, 60_000);

test("restricts secrets to root and Grafana", () => {
  const modes = project.on(
    "hub",
    "stat -c '%a %U:%G %n' /etc/grafana /etc/grafana/grafana.ini /etc/grafana/secrets /var/lib/monitoring/grafana/*_* /var/lib/monitoring/grafana",
  );
  expect(modes.split("\n")).toEqual([
    "750 root:grafana /etc/grafana",
    "640 root:grafana /etc/grafana/grafana.ini",
    "750 root:grafana /etc/grafana/secrets",
    "600 grafana:grafana /var/lib/monitoring/grafana/admin_password",
    "600 grafana:grafana /var/lib/monitoring/grafana/admin_password.sha256",
    "600 grafana:grafana /var/lib/monitoring/grafana/secret_key",
    "750 grafana:grafana /var/lib/monitoring/grafana",
  ]);
});

test("looks up no name while it starts and while people use it", async () => {
  project.write("hub", "/run/name-server.py", NAME_SERVER);
  project.on("hub", "systemd-run --quiet --unit name-server python3 /run/name-server.py");
  project.on("hub", "cp /etc/resolv.conf /run/resolv.conf && echo nameserver 127.0.0.1 > /etc/resolv.conf");
  const names = (): string[] => [...new Set(project.on("hub", "touch /run/names; cat /run/names").split("\n"))];
  try {
    project.on("hub", "getent hosts recorded.example || true");
    await until("the name server", 10, () => names().join() === "recorded.example");
    project.on("hub", "rm /run/names && systemctl restart grafana");
    await until(
      "Grafana",
      60,
      async () =>
        (await grafanaOn("hub")
          .status("/api/health")
          .catch(() => 0)) === 200,
    );
    const grafana = loggedIn("hub");
    await askPanels(grafana, "cdktf-monitoring-fleet", {});
    await grafana.status("/avatar/0");
    for (const page of ["/api/frontend/settings", "/api/plugins", "/api/search", "/api/datasources"])
      expect([page, await grafana.status(page)]).toEqual([page, 200]);
    // The list of plugins and the import of a dashboard by number.
    for (const page of ["/api/gnet/plugins", "/api/gnet/dashboards/1860"])
      expect([page, await grafana.status(page)]).toEqual([page, 401]);
    // Grafana searches for updates and keys as soon as it runs.
    await pause(10);
    expect(names()).toEqual([""]);
    const source = {
      uid: "elsewhere",
      name: "Elsewhere",
      type: "prometheus",
      access: "proxy",
      url: "http://a.example",
    };
    expect(await grafana.status("/api/datasources", source)).toBe(200);
    await grafana.health("elsewhere");
    expect(names()).toEqual(["a.example"]);
    expect(await grafana.status("/api/datasources/uid/elsewhere", undefined, "DELETE")).toBe(200);
  } finally {
    project.on("hub", "cat /run/resolv.conf > /etc/resolv.conf; systemctl stop name-server");
  }
}, 180_000);

test(
  "changes nothing in a forced run, even if Prometheus is down",
  async () => {
    const before = started();
    project.on("hub", "systemctl stop prometheus");
    await project.succeed("play", ["grafana", "--force"]);
    expect(project.result("grafana").hub).toMatchObject({ state: "ok", changed: 0 });
    expect(await loggedIn("hub").health("prometheus")).not.toBe("OK");
    project.on("hub", "systemctl start prometheus");
    await project.succeed("play", ["grafana", "--force", "--check"]);
    expect(project.result("grafana").hub).toMatchObject({ changed: 0 });
    expect(started()).toBe(before);
  },
  DEPLOY_TIMEOUT,
);

test(
  "applies an edited dashboard with one run and without a restart",
  async () => {
    const [before, runs] = [started(), project.runTimes];
    writeShop("Shop, edited");
    await project.up();
    const changed = Object.entries(project.runTimes).filter(([run, time]) => runs[run] !== time);
    expect(changed.map(([run]) => run)).toEqual(["grafana"]);
    const grafana = loggedIn("hub");
    await until("the edit", 20, async () => (await grafana.dashboards()).shop === "Shop, edited");
    expect(started()).toBe(before);
  },
  DEPLOY_TIMEOUT,
);

test(
  "moves to another server, and loses a removed dashboard",
  async () => {
    project.edit("main.ts", (text) =>
      text
        .replace(WITH_SHOP, "")
        .replace('new MonitoredServer(scope, "app"', 'new MonitoringHost(scope, "app"')
        .replace("  new PlaybookRun(", '  new Grafana(app, "grafana");\n  new PlaybookRun('),
    );
    await project.up();
    const grafana = loggedIn("app");
    expect(await grafana.health("prometheus")).toBe("OK");
    const shown = await grafana.dashboards();
    expect(shown).toMatchObject(BUILT_IN);
    expect(shown).not.toHaveProperty("shop");
    expect(
      project.on(
        "hub",
        "ss -Hltn 'sport = :3000'; ls /etc /etc/systemd/system /opt/cdktf-monitoring | grep grafana || true",
      ),
    ).toBe("");
  },
  DEPLOY_TIMEOUT,
);

test(
  "uses TLS with files of root, a given password and a changed password",
  async () => {
    const status = (password: string): string =>
      project.on(
        "app",
        `curl -sk -o /dev/null -w '%{http_code}' -u 'admin:${password}' https://${project.address("app")}:3000/api/org`,
      );
    const made = passwordOn("app");
    project.on(
      "app",
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=grafana -keyout /etc/ssl/g.key -out /etc/ssl/g.pem 2>&1 && chmod 600 /etc/ssl/g.*",
    );
    project.edit("main.ts", (text) =>
      text.replace(
        'new Grafana(app, "grafana")',
        'new Grafana(app, "grafana", { tls: { certificate: "/etc/ssl/g.pem", key: "/etc/ssl/g.key" }, adminPassword: Secret.fromEnvironment("GRAFANA_PASSWORD") })',
      ),
    );
    expect(await project.npm("up", [], { GRAFANA_PASSWORD: "the first one" })).toMatchObject({ code: 0 });
    expect([made, "the first one"].map(status)).toEqual(["401", "200"]);
    expect(project.on("app", "stat -c '%a %U:%G' /etc/grafana/secrets/admin_password")).toBe("640 root:grafana");
    const prometheus = PrometheusApi.behindGateway(project, "hub");
    await until("the scrape by TLS", 40, async () => (await prometheus.targets()).includes("grafana/app: up"));

    expect(await project.npm("play", ["grafana"], { GRAFANA_PASSWORD: "the second one" })).toMatchObject({ code: 0 });
    expect(["the first one", "the second one"].map(status)).toEqual(["401", "200"]);
  },
  2 * DEPLOY_TIMEOUT,
);
