import { writeFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { join } from "node:path";
import { Pebble } from "../support/pebble";
import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { until } from "../support/wait";

const project = new Project("e2e-host-names", "198.18.128.0/20");
const HUB = "198.18.128.10";
const pebble = new Pebble(project, "acme", "198.18.128.11");
const TIMEOUT = 120_000;
const GRAFANA = "grafana.example.com";
const PROMETHEUS = "prometheus.example.com";
const CERTIFICATES = "/var/lib/monitoring/gateway/caddy/certificates";

const PROGRAM = `
import { App, TerraformStack } from "cdktf";
import { Grafana, LocalNetwork, LocalServer, LogAgent, Monitoring, MonitoringHost, Prometheus, Transport } from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
  debian: process.env.LOCAL_DEBIAN,
});
const names = { grafana: "${GRAFANA}", prometheus: "${PROMETHEUS}" };
const monitoring = new Monitoring(stack, "monitoring", {
  technicians: [network.gateway],
  logAgent: LogAgent.promtail(),
  transport: Transport.mutualTls(),
  gateway: process.env.NAMES === "no" ? {} : { names, acmeDirectory: "${pebble.directory}", acmeAuthority: "${pebble.authority}" },
});
const hub = new LocalServer(stack, "hub-server", { network, address: "${HUB}" });
// Not a member, and not a technician.
new LocalServer(stack, "acme-server", { network, address: "198.18.128.11" });
const host = new MonitoringHost(stack, "hub", { monitoring, server: hub });
new Prometheus(host, "prometheus");
new Grafana(host, "grafana");
app.synth();
`;

interface Options {
  readonly port?: number;
  /** Header "Host". @default the name */
  readonly host?: string;
  readonly password?: string;
  /** Authority that the client trusts. @default that of Pebble */
  readonly authority?: string;
}

/** Returns the status of a request from this machine, a technician, and where it is redirected to. */
function ask(scheme: "http" | "https", name: string, path: string, options: Options = {}): Promise<string> {
  const { host = name, password, port = scheme === "http" ? 80 : 443, authority = pebble.root } = options;
  return new Promise((done) => {
    const settings = {
      ...{ host: HUB, port, path, servername: name, ca: authority, timeout: 10_000 },
      headers: { Host: host },
      ...(password === undefined ? {} : { auth: `technician:${password}` }),
    };
    const sent = (scheme === "http" ? plainRequest : tlsRequest)(settings, (response) => {
      response.resume();
      done([response.statusCode, response.headers.location].filter(Boolean).join(" "));
    });
    sent.on("error", (error) => {
      done(`failed: ${error.message}`);
    });
    sent.end();
  });
}

const privateAuthority = (): string => project.on("hub", "cat /etc/cdktf-monitoring/tls/gateway/authority.pem");
const password = (): string => project.on("hub", "cat /etc/gateway/password");
const digests = (): string =>
  project.on("hub", `cd ${CERTIFICATES} && find . -name '*.crt' -exec sha256sum {} + | sort`);
const process = (): string => project.on("hub", "systemctl show --property=MainPID,ActiveEnterTimestamp gateway");

let output = "";

beforeAll(async () => {
  writeFileSync(join(project.directory, "main.ts"), PROGRAM);
  output = await project.up();
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
  pebble.end();
}, DEPLOY_TIMEOUT);

test(
  "a deploy succeeds while no certificate can be issued, and the ports of the components work",
  async () => {
    expect(output).toMatch(new RegExp(`^Grafana +https://${GRAFANA}$`, "m"));
    expect(output).toMatch(new RegExp(`^Prometheus +https://${PROMETHEUS}$`, "m"));
    expect(await ask("https", HUB, "/-/ready", { port: 9090, authority: privateAuthority() })).toBe("401");
    expect(await ask("https", HUB, "/api/health", { port: 3000, authority: privateAuthority() })).toBe("200");
    expect(await ask("https", GRAFANA, "/")).toMatch(/^failed/);
    const { code, output: report } = await project.npm("verify");
    expect(report).toContain(`${GRAFANA} has no certificate`);
    expect(report).toContain(`${PROMETHEUS} has no certificate`);
    expect(code).toBe(1);
  },
  DEPLOY_TIMEOUT,
);

test(
  "the gateway gets certificates from the ACME server, which connects to port 80",
  async () => {
    await pebble.start({ [GRAFANA]: HUB, [PROMETHEUS]: HUB });
    // Caddy tries again by itself, but only after a minute.
    project.on("hub", "systemctl restart gateway");
    await until("both certificates", 100, async () => {
      const answers = await Promise.all([ask("https", GRAFANA, "/api/health"), ask("https", PROMETHEUS, "/-/ready")]);
      return answers.join() === "200,401";
    });
    expect(project.on("hub", `find ${CERTIFICATES} -name '*.key' -exec stat -c '%a %U' {} +`)).toBe(
      "600 gateway\n600 gateway",
    );
  },
  TIMEOUT,
);

test("technicians open Grafana by its name, and Prometheus with the password", async () => {
  expect(await ask("https", GRAFANA, "/")).toBe("302 /login");
  expect(await ask("https", PROMETHEUS, "/api/v1/query?query=up")).toBe("401");
  expect(await ask("https", PROMETHEUS, "/api/v1/query?query=up", { password: "wrong" })).toBe("401");
  expect(await ask("https", PROMETHEUS, "/api/v1/query?query=up", { password: password() })).toBe("200");
  expect(project.on("hub", "grep root_url /etc/grafana/grafana.ini")).toBe(`root_url = https://${GRAFANA}/`);
  const flags = `curl -s -u technician:${password()} -k https://${HUB}:9090/api/v1/status/flags`;
  expect(project.on("hub", flags)).toContain(`"web.external-url":"https://${PROMETHEUS}"`);
});

test("requests that the ports of the components reject are rejected at their names, too", async () => {
  const login = { password: password() };
  for (const path of ["/debug/pprof/", "//debug/pprof/heap", "/x/../debug/pprof/", "/-/reload", "/api/v1/admin/tsdb"])
    expect([path, await ask("https", PROMETHEUS, path, login)]).toEqual([path, "403"]);
  for (const path of ["/metrics", "/%6Detrics", "//metrics", "/debug/pprof/"])
    expect([path, await ask("https", GRAFANA, path)]).toEqual([path, "403"]);
});

test("unknown names are refused, and http is redirected to https", async () => {
  expect(await ask("http", GRAFANA, "/d/fleet?var=1")).toBe(`308 https://${GRAFANA}/d/fleet?var=1`);
  expect(await ask("http", "evil.example.com", "/")).toBe("404");
  expect(await ask("http", HUB, "/")).toBe("404");
  expect(await ask("https", "evil.example.com", "/")).toMatch(/^failed/);
  expect(await ask("https", HUB, "/", { authority: privateAuthority() })).toBe("421");
  // A request for another name than the certificate of its connection.
  for (const host of [PROMETHEUS, "evil.example.com", "127.0.0.1"])
    expect(await ask("https", GRAFANA, "/", { host })).toBe("421");
});

test("others reach port 80 only", () => {
  const from = (port: number): string =>
    project.on("acme", `curl -sk -o /dev/null -m 1 -w '%{http_code}' telnet://${HUB}:${port} </dev/null; echo $?`);
  const status = `curl -s -o /dev/null -m 3 -w '%{http_code}' --resolve ${GRAFANA}:80:${HUB} http://${GRAFANA}/`;
  expect(project.on("acme", status)).toBe("308");
  for (const port of [443, 3000, 9090, 3180]) expect([port, from(port)]).toEqual([port, expect.stringMatching(/28$/)]);
});

test(
  "a second deploy changes nothing, and verify passes",
  async () => {
    const before = [process(), digests()];
    expect(await project.up()).toMatch(/No changes|0 added, 0 changed, 0 destroyed/);
    await project.succeed("play", ["gateway", "--force"]);
    expect(project.result("gateway").hub).toMatchObject({ touched: true, changed: 0 });
    expect([process(), digests()]).toEqual(before);
    expect(await project.succeed("verify")).toContain("All checks passed");
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "certificates survive a restart of the gateway while the ACME server is down",
  async () => {
    const { root: authority } = pebble;
    const before = digests();
    project.on("acme", "systemctl stop pebble");
    project.on("hub", "systemctl restart gateway");
    await until("the gateway", 30, async () => (await ask("https", GRAFANA, "/api/health", { authority })) === "200");
    expect(digests()).toBe(before);
  },
  TIMEOUT,
);

test(
  "a deploy without names closes their ports",
  async () => {
    await project.up({ NAMES: "no" });
    expect(await ask("http", GRAFANA, "/")).toMatch(/^failed/);
    expect(await ask("https", GRAFANA, "/", { authority: privateAuthority() })).toMatch(/^failed/);
    expect(project.on("hub", "grep -c CAP_NET_BIND_SERVICE /etc/systemd/system/gateway.service || true")).toBe("0");
    expect(project.on("hub", "find /etc/gateway -type f | sort")).not.toContain("/acme/");
    expect(await ask("https", HUB, "/-/ready", { port: 9090, authority: privateAuthority() })).toBe("401");
  },
  DEPLOY_TIMEOUT,
);
