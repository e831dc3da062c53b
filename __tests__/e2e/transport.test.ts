import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InventoryRun } from "../../lib/inventory/inventory";
import { Variables } from "../../lib/inventory/variables";
import { playbooksDirectory } from "../../lib/paths";
import { componentRun, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";
import { AuthorityPair, issueCertificate, requestByTls, TlsClient } from "../support/tls-client";
import { until } from "../support/wait";

const lab = new Lab("e2e-transport", "198.19.112.0/20", ["hub", "app"]);
const SERVERS = ["hub", "app"] as const;
const TLS = "/etc/cdktf-monitoring/tls";
const AUTHORITY = "/var/lib/monitoring/certificate_authority";

let folder = "";

/** The runs of a deploy. keeper: the server that keeps the authority. */
function runs(keeper: string): InventoryRun[] {
  const certificate = (name: string, clients: readonly string[]): Variables => ({
    monitoring_certificate: {
      authority: { server: keeper, id: "1", generation: "1" },
      addresses: [lab.address(name)],
      clients: [...clients],
    },
  });
  const targets = SERVERS.map((name) => ({ address: `${lab.address(name)}:9100`, labels: { instance: name } }));
  return [
    {
      ...plainRun("certificate_authority", { [keeper]: { monitoring_on_move: "keepData" } }),
      component: true,
    },
    componentRun("node_exporter", Object.fromEntries(SERVERS.map((name) => [name, certificate(name, ["prometheus"])]))),
    componentRun("prometheus", {
      hub: {
        ...certificate("hub", []),
        prometheus_scrape_interval: "1s",
        prometheus_scrape_timeout: "1s",
        prometheus_targets: [{ job: "node", scheme: "https", certificate: true, targets }],
      },
    }),
  ];
}

async function deploy(keeper = "hub", ...options: string[]): Promise<void> {
  for (const { name } of runs(keeper)) {
    const { code, stdout } = await lab.play(name, runs(keeper), ...options);
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

const request = (client: TlsClient): string => requestByTls(lab.address("app"), 9100, client);

const targetsUp = (): string =>
  lab.on(
    "hub",
    `python3 -c 'import json,urllib.request as r; print(sorted(s["metric"]["instance"] for s in json.load(r.urlopen("http://${lab.address("hub")}:9090/api/v1/query?query=up==1"))["data"]["result"]))'`,
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "transport-"));
  await lab.create();
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(folder, { recursive: true });
}, RUN_TIMEOUT);

test(
  "a deploy issues certificates, and Prometheus scrapes the exporters with them",
  async () => {
    await deploy();
    await until("targets are up", 20, () => targetsUp() === "['app', 'hub']");
    expect(lab.on("app", `ls ${TLS}/node_exporter`).split("\n")).toEqual([
      "authority.pem",
      "certificate.pem",
      "key.pem",
      "web.yml",
    ]);
  },
  3 * RUN_TIMEOUT,
);

test(
  "a second deploy changes nothing, and a forced one keeps keys and certificates",
  async () => {
    const digests = (): string[] => SERVERS.map((name) => lab.on(name, `sha256sum ${TLS}/*/*.pem`));
    const before = digests();
    await deploy();
    expect(lab.result("node_exporter").hosts).toMatchObject({
      hub: { state: "unchanged" },
      app: { state: "unchanged" },
    });
    // An old certificate makes the run look at it, but only its end counts.
    lab.on("app", `touch -d '310 days ago' ${TLS}/node_exporter/certificate.pem`);
    const { code } = await lab.play("node_exporter", runs("hub"));
    expect(code).toBe(0);
    expect(lab.result("node_exporter").hosts).toMatchObject({ hub: { state: "unchanged" }, app: { state: "ok" } });
    await deploy("hub", "--force");
    expect(digests()).toEqual(before);
  },
  3 * RUN_TIMEOUT,
);

test("keys are readable by their service only, and the controller has none", () => {
  for (const name of SERVERS) {
    expect(lab.on(name, `stat -c '%a %U %G' ${TLS}/node_exporter ${TLS}/node_exporter/key.pem`)).toBe(
      "750 root node_exporter\n640 root node_exporter",
    );
  }
  expect(lab.on("hub", `stat -c '%a %U' ${AUTHORITY} ${AUTHORITY}/key.pem`)).toBe(
    "700 certificate_authority\n600 certificate_authority",
  );
  const found = execFileSync("sh", ["-c", `grep -rl -e '^-----BEGIN PRIVATE KEY' ${lab.state} || true`], {
    encoding: "utf8",
  });
  expect(found).toBe("");
});

describe("an exporter refuses", () => {
  test("plain text", () => {
    const status = lab.on(
      "hub",
      `python3 -c 'import http.client as h; c = h.HTTPConnection("${lab.address("app")}", 9100); c.request("GET", "/metrics"); print(c.getresponse().status)'`,
    );
    expect(status).toBe("400");
  });

  test("a client without a certificate", () => {
    const { authority } = stolen("app", "node_exporter");
    expect(request({ authority })).toMatch(/^refused .*CERTIFICATE_REQUIRED/);
  });

  test("the certificate of a component that has no connection to it", () => {
    const authority = {
      key: lab.on("hub", `cat ${AUTHORITY}/key.pem`),
      certificate: lab.on("hub", `cat ${AUTHORITY}/certificate.pem`),
    };
    expect(request(forged(authority, "grafana"))).toMatch(/^refused/);
    // The same with an allowed kind works, so it was the kind.
    expect(request(forged(authority, "prometheus"))).toBe("200 TLSv1.3");
  });

  test("a certificate of another authority", () => {
    expect(request(forged({ key: "", certificate: "" }, "prometheus"))).toMatch(/^refused/);
  });

  test("an expired certificate", () => {
    const authority = {
      key: lab.on("hub", `cat ${AUTHORITY}/key.pem`),
      certificate: lab.on("hub", `cat ${AUTHORITY}/certificate.pem`),
    };
    expect(request(forged(authority, "prometheus", -1))).toMatch(/^refused/);
  });
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
    await until("targets are up", 20, () => targetsUp() === "['hub']");

    // WHEN the run repairs it
    const { code, stdout } = await lab.play("node_exporter", runs("hub"), "--force");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
    await until("targets are up", 20, () => targetsUp() === "['app', 'hub']");
  },
  2 * RUN_TIMEOUT,
);

test(
  "the authority moves with its key, and no certificate changes",
  async () => {
    const digest = lab.on("hub", `cat ${AUTHORITY}/key.pem | sha256sum`);
    const before = lab.on("app", `sha256sum ${TLS}/*/*.pem`);
    await deploy("app");
    expect(lab.on("app", `cat ${AUTHORITY}/key.pem | sha256sum`)).toBe(digest);
    expect(lab.on("hub", `ls -A ${AUTHORITY} 2>/dev/null || true`)).toBe("");
    expect(lab.on("app", `sha256sum ${TLS}/*/*.pem`)).toBe(before);
  },
  3 * RUN_TIMEOUT,
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
