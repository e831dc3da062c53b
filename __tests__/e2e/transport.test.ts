import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Artifacts } from "../../lib/artifacts";
import { filesHash } from "../../lib/inventory/generated-file";
import { InventoryRun } from "../../lib/inventory/inventory";
import { Variables } from "../../lib/inventory/variables";
import { agentConfig } from "../../lib/logs/agent-config";
import { promtailConfig } from "../../lib/logs/promtail";
import { playbooksDirectory } from "../../lib/paths";
import { architecture, componentRun, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";
import { AuthorityPair, issueCertificate, requestByTls, TlsClient } from "../support/tls-client";
import { until } from "../support/wait";

const lab = new Lab("e2e-transport", "198.19.112.0/20", ["hub", "app"]);
const SERVERS = ["hub", "app"] as const;
const PORTS = { node_exporter: 9100, log_agent: 9080 } as const;
type Kind = keyof typeof PORTS;
const KINDS = Object.keys(PORTS) as Kind[];
const ALL_TARGETS = ["log_agent app", "log_agent hub", "node app", "node hub"];
const PLAIN = "";
const TLS = "/etc/cdktf-monitoring/tls";
const AUTHORITY = "/var/lib/monitoring/certificate_authority";

const AGENT_CONFIG = { path: "promtail.yml", content: promtailConfig(agentConfig({}, [])) };

let folder = "";

/** The runs of a deploy. keeper: the server that keeps the authority; PLAIN for a plain transport. */
function runs(keeper: string): InventoryRun[] {
  const certificate = (name: string, clients: readonly string[]): Variables =>
    keeper === PLAIN
      ? {}
      : {
          monitoring_certificate: {
            authority: { server: keeper, id: "1", generation: "1" },
            addresses: [lab.address(name)],
            clients: [...clients],
          },
        };
  const everywhere = (variables: Variables): Record<string, Variables> =>
    Object.fromEntries(SERVERS.map((name) => [name, { ...variables, ...certificate(name, ["prometheus"]) }]));
  const job = (name: string, port: number): Variables => ({
    job: name,
    ...(keeper === PLAIN ? {} : { scheme: "https", certificate: true }),
    targets: SERVERS.map((server) => ({ address: `${lab.address(server)}:${port}`, labels: { instance: server } })),
  });
  const promtail = Artifacts.fromEnvironment()._request("promtail", architecture);
  const authority = {
    ...plainRun("certificate_authority", { [keeper]: { monitoring_on_move: "keepData" } }),
    component: true,
  };
  return [
    ...(keeper === PLAIN ? [] : [authority]),
    componentRun("node_exporter", everywhere({})),
    {
      ...plainRun(
        "log_agent",
        everywhere({
          monitoring_files_sha256: filesHash([AGENT_CONFIG]),
          log_agent_program: "promtail",
          log_agent_version: promtail.version,
          // No Loki answers. The role does not wait for one of several.
          log_agent_lokis: SERVERS.map((name) => ({ address: lab.address(name), port: 3100 })),
        }),
      ),
      component: true,
      artifacts: [promtail],
    },
    componentRun("prometheus", {
      hub: {
        ...certificate("hub", []),
        prometheus_scrape_interval: "1s",
        prometheus_scrape_timeout: "1s",
        prometheus_targets: [job("log_agent", PORTS.log_agent), job("node", PORTS.node_exporter)],
      },
    }),
  ];
}

/** Plays all runs of a deploy. keeper: the server that keeps the authority; PLAIN for a plain transport. */
async function deploy(keeper = "hub"): Promise<void> {
  const all = runs(keeper);
  await deployRuns(
    all,
    all.map(({ name }) => name),
  );
}

/** Plays some of the runs of a deploy. */
async function deployRuns(all: readonly InventoryRun[], names: readonly string[], ...options: string[]): Promise<void> {
  for (const name of names) {
    const files = name === "log_agent" ? ["--files", join(folder, "files")] : [];
    const { code, stdout } = await lab.play(name, all, ...files, ...options);
    if (code !== 0) throw new Error(stdout);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
  }
}

/** Fetches a component's key, its certificate and the authority, as an attacker with root on the server could. */
function stolen(name: string, kind: string): TlsClient {
  const paths = ["key", "certificate", "authority"].map((part) => {
    const path = join(folder, `${name}-${kind}-${part}.pem`);
    writeFileSync(path, lab.on(name, `cat ${TLS}/${kind}/${part}.pem`));
    return path;
  });
  const [key, certificate, authority = ""] = paths;
  return { key, certificate, authority };
}

/** Issues a certificate in a folder of its own. */
function forged(authority: AuthorityPair, kind: string, days?: number): TlsClient {
  const own = mkdtempSync(join(folder, "forged-"));
  issueCertificate(playbooksDirectory, own, authority, kind, days);
  return {
    key: join(own, "key.pem"),
    certificate: join(own, "certificate.pem"),
    authority: stolen("app", "node_exporter").authority,
  };
}

/** The authority's key and certificate, which only root on its server can read. */
const authorityPair = (): AuthorityPair => ({
  key: lab.on("hub", `cat ${AUTHORITY}/key.pem`),
  certificate: lab.on("hub", `cat ${AUTHORITY}/certificate.pem`),
});

/** Requests the metrics of a component on app. */
const request = (kind: Kind, client: TlsClient): string => requestByTls(lab.address("app"), PORTS[kind], client);

/** The status of a request without TLS. */
const plainStatus = (kind: Kind): string =>
  lab.on(
    "hub",
    `python3 -c 'import http.client as h; c = h.HTTPConnection("${lab.address("app")}", ${PORTS[kind]}); c.request("GET", "/metrics"); print(c.getresponse().status)'`,
  );

/** Job and server of the targets that answered the last scrape. */
const targetsUp = (): string[] =>
  lab
    .on(
      "hub",
      `python3 -c 'import json,urllib.request as r; print(*sorted(s["metric"]["job"] + " " + s["metric"]["instance"] for s in json.load(r.urlopen("http://${lab.address("hub")}:9090/api/v1/query?query=up==1"))["data"]["result"]), sep="\\n")'`,
    )
    .split("\n");

async function untilTargetsUp(...targets: readonly string[]): Promise<void> {
  await until("targets are up", 30, () => targetsUp().join() === targets.join());
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "transport-"));
  for (const name of SERVERS) {
    mkdirSync(join(folder, "files", name), { recursive: true });
    writeFileSync(join(folder, "files", name, AGENT_CONFIG.path), AGENT_CONFIG.content);
  }
  await lab.create();
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(folder, { recursive: true });
}, RUN_TIMEOUT);

test(
  "a deploy turns encryption on for running components, and Prometheus scrapes them with certificates",
  async () => {
    // GIVEN
    await deploy(PLAIN);
    await untilTargetsUp(...ALL_TARGETS);
    expect(lab.on("app", `ls -A ${TLS}`)).toBe("");

    // WHEN
    await deploy();

    // THEN
    await untilTargetsUp(...ALL_TARGETS);
    const pems = ["authority.pem", "certificate.pem", "key.pem"];
    expect(lab.on("app", `ls ${TLS}/node_exporter`).split("\n")).toEqual([...pems, "web.yml"]);
    expect(lab.on("app", `ls ${TLS}/log_agent`).split("\n")).toEqual(pems);
  },
  6 * RUN_TIMEOUT,
);

test(
  "a second deploy changes nothing, and a forced one keeps keys and certificates",
  async () => {
    const digests = (): string[] => SERVERS.map((name) => lab.on(name, `sha256sum ${TLS}/*/*.pem`));
    const before = digests();
    await deploy();
    for (const kind of KINDS) {
      expect(lab.result(kind).hosts).toMatchObject({ hub: { state: "unchanged" }, app: { state: "unchanged" } });
    }
    // An old certificate makes the run look at it, but only its end counts.
    lab.on("app", `touch -d '310 days ago' ${TLS}/node_exporter/certificate.pem`);
    const { code } = await lab.play("node_exporter", runs("hub"));
    expect(code).toBe(0);
    expect(lab.result("node_exporter").hosts).toMatchObject({ hub: { state: "unchanged" }, app: { state: "ok" } });
    await deployRuns(runs("hub"), KINDS, "--force");
    expect(digests()).toEqual(before);
  },
  3 * RUN_TIMEOUT,
);

test("keys are readable by their service only, and the controller has none", () => {
  for (const name of SERVERS) {
    for (const kind of KINDS) {
      expect(lab.on(name, `stat -c '%a %U %G' ${TLS}/${kind} ${TLS}/${kind}/key.pem`)).toBe(
        `750 root ${kind}\n640 root ${kind}`,
      );
    }
  }
  expect(lab.on("hub", `stat -c '%a %U' ${AUTHORITY} ${AUTHORITY}/key.pem`)).toBe(
    "700 certificate_authority\n600 certificate_authority",
  );
  const found = execFileSync("sh", ["-c", `grep -rl -e '^-----BEGIN PRIVATE KEY' ${lab.state} || true`], {
    encoding: "utf8",
  });
  expect(found).toBe("");
});

describe.each(KINDS)("%s refuses", (kind) => {
  test("plain text", () => {
    expect(plainStatus(kind)).toBe("400");
  });

  test("a client without a certificate", () => {
    const { authority } = stolen("app", kind);
    expect(request(kind, { authority })).toMatch(/^refused .*CERTIFICATE_REQUIRED/);
  });

  test("a certificate of another authority", () => {
    expect(request(kind, forged({ key: "", certificate: "" }, "prometheus"))).toMatch(/^refused/);
  });

  test("an expired certificate", () => {
    expect(request(kind, forged(authorityPair(), "prometheus", -1))).toMatch(/^refused/);
    // The same works while it is valid, so it was the end.
    expect(request(kind, forged(authorityPair(), "prometheus"))).toBe("200 TLSv1.3");
  });
});

test("a node exporter refuses the certificate of a component that has no connection to it; a log agent cannot", () => {
  const other = forged(authorityPair(), "grafana");
  expect(request("node_exporter", other)).toMatch(/^refused/);
  expect(request("log_agent", other)).toBe("200 TLSv1.3");
});

test(
  "Prometheus refuses an exporter that shows the certificate of another server",
  async () => {
    // GIVEN the exporter of app with the key and certificate of the hub's exporter
    const [key, certificate] = ["key", "certificate"].map((part) =>
      lab.on("hub", `base64 -w 0 ${TLS}/node_exporter/${part}.pem`),
    );
    lab.on("app", `cp -a ${TLS}/node_exporter /root/kept`);
    lab.on(
      "app",
      `cd ${TLS}/node_exporter && echo ${key} | base64 -d > key.pem && echo ${certificate} | base64 -d > certificate.pem && systemctl restart node_exporter`,
    );

    // THEN
    await untilTargetsUp(...ALL_TARGETS.filter((target) => target !== "node app"));

    // WHEN the run repairs it
    const { code, stdout } = await lab.play("node_exporter", runs("hub"), "--force");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
    await untilTargetsUp(...ALL_TARGETS);
  },
  2 * RUN_TIMEOUT,
);

test(
  "the authority moves with its key, and no certificate changes",
  async () => {
    const digest = lab.on("hub", `cat ${AUTHORITY}/key.pem | sha256sum`);
    const before = lab.on("app", `sha256sum ${TLS}/*/*.pem`);
    await deployRuns(runs("app"), ["certificate_authority", ...KINDS]);
    expect(lab.on("app", `cat ${AUTHORITY}/key.pem | sha256sum`)).toBe(digest);
    expect(lab.on("hub", `ls -A ${AUTHORITY} 2>/dev/null || true`)).toBe("");
    expect(lab.on("app", `sha256sum ${TLS}/*/*.pem`)).toBe(before);
  },
  3 * RUN_TIMEOUT,
);

test(
  "a deploy turns encryption off again, and removes the keys",
  async () => {
    await deploy(PLAIN);
    await untilTargetsUp(...ALL_TARGETS);
    for (const kind of KINDS) {
      expect(plainStatus(kind)).toBe("200");
      expect(lab.on("app", `ls -A ${TLS}/${kind}`)).toBe("");
    }
  },
  4 * RUN_TIMEOUT,
);

test(
  "cleanup removes keys, certificates and the authority's user",
  async () => {
    const everything = [
      ...runs("app"),
      plainRun("cleanup", Object.fromEntries(SERVERS.map((name) => [name, { monitoring_components: [] }]))),
    ];
    const { code, stdout } = await lab.play("cleanup", everything.slice(-1));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
    for (const name of SERVERS) expect(lab.on(name, `ls -A ${TLS} 2>/dev/null || true`)).toBe("");
    expect(lab.on("app", "id certificate_authority 2>/dev/null || true")).toBe("");
    // Kept like data, and readable by root only.
    expect(lab.on("app", `stat -c '%a %U' ${AUTHORITY}`)).toMatch(/^7\d\d root$/);
  },
  RUN_TIMEOUT,
);
