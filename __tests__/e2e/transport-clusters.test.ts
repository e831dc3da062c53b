import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { filesHash, GeneratedFile } from "../../lib/inventory/generated-file";
import { InventoryRun } from "../../lib/inventory/inventory";
import { Variables } from "../../lib/inventory/variables";
import { playbooksDirectory } from "../../lib/paths";
import { componentRun, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";
import { AuthorityPair, connectByTls, issueCertificate, TlsClient } from "../support/tls-client";
import { until } from "../support/wait";

const lab = new Lab("e2e-clusters", "198.19.240.0/20", ["one", "two"]);
const SERVERS = ["one", "two"] as const;
const AUTHORITY = "/var/lib/monitoring/certificate_authority";
const GOSSIP = 9094;
const GRPC = 9095;
const LOKI_GOSSIP = 7946;
const LOKI = 3100;

/** Generated files of the roles, as a synthesis writes them. */
const FILES: Readonly<Record<string, readonly GeneratedFile[]>> = {
  alertmanager: [
    {
      path: "alertmanager.yml",
      content: "templates: [templates/*.tmpl]\nroute: {receiver: nobody}\nreceivers: [{name: nobody}]\n",
    },
  ],
  loki: [{ path: "rules/monitoring.yml", content: "groups: []\n" }],
};

let folder = "";

/** The runs of a deploy of two Alertmanagers and two Lokis, which form clusters. */
function runs(encrypted: boolean): InventoryRun[] {
  const everywhere = (kind: string, variables: (own: string, other: string) => Variables): Record<string, Variables> =>
    Object.fromEntries(
      SERVERS.map((name) => [
        name,
        {
          ...variables(lab.address(name), lab.address(name === "one" ? "two" : "one")),
          monitoring_files_sha256: filesHash(FILES[kind] ?? []),
          ...(encrypted
            ? {
                monitoring_certificate: {
                  authority: { server: "one", id: "1", generation: "1" },
                  addresses: [lab.address(name)],
                  clients: [kind],
                },
              }
            : {}),
        },
      ]),
    );
  const authority = plainRun("certificate_authority", { one: { monitoring_on_move: "keepData" } });
  return [
    ...(encrypted ? [{ ...authority, component: true }] : []),
    componentRun(
      "alertmanager",
      everywhere("alertmanager", (own, other) => ({
        alertmanager_external_url: `http://${own}:9093`,
        alertmanager_cluster_address: `${own}:${GOSSIP}`,
        alertmanager_cluster_peers: [`${other}:${GOSSIP}`],
      })),
    ),
    componentRun(
      "loki",
      everywhere("loki", (own, other) => ({
        loki_address: own,
        loki_peers: [`${other}:${LOKI_GOSSIP}`],
      })),
    ),
  ];
}

async function deploy(encrypted: boolean): Promise<void> {
  const all = runs(encrypted);
  for (const { name } of all) {
    const { code, stdout } = await lab.play(name, all, "--files", join(folder, "files", name));
    if (code !== 0) throw new Error(stdout);
  }
}

/** Sends a request on a server to one of its services, and returns the parsed response; undefined without one. */
function request(name: string, port: number, path: string, content?: unknown): unknown {
  const program = `import json, sys, urllib.request as r
data = sys.argv[2].encode() or None
try: print(r.urlopen(r.Request(sys.argv[1], data, {"Content-Type": "application/json", "Accept": "application/json"}), timeout=10).read().decode() or "null")
except OSError as error: print("null")`;
  const data = content === undefined ? "" : JSON.stringify(content);
  const url = `http://${lab.address(name)}:${port}${path}`;
  return JSON.parse(lab.on(name, `python3 -c '${program}' '${url}' '${data}'`)) as unknown;
}

/** Whether each Alertmanager sees both members of its cluster. */
const alertmanagersTogether = (): boolean =>
  SERVERS.every((name) => {
    const status = request(name, 9093, "/api/v2/status") as { cluster: { peers?: unknown[] } } | null;
    return status?.cluster.peers?.length === 2;
  });

/** Whether each Loki sees both members of its ring. */
const lokisTogether = (): boolean =>
  SERVERS.every((name) => {
    const ring = request(name, LOKI, "/ring") as { shards: { state: string }[] } | null;
    return ring?.shards.filter(({ state }) => state === "ACTIVE").length === 2;
  });

/** The comments of the silences on a server. */
const silences = (name: string): string[] =>
  ((request(name, 9093, "/api/v2/silences") ?? []) as { comment: string }[]).map(({ comment }) => comment).sort();

function silence(name: string, comment: string): void {
  request(name, 9093, "/api/v2/silences", {
    comment,
    createdBy: "test",
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    matchers: [{ name: "alertname", value: "none", isRegex: false, isEqual: true }],
  });
}

/** The lines that a server finds. */
function lines(name: string): string[] {
  const found = request(name, LOKI, `/loki/api/v1/query_range?query=%7Bjob%3D%22test%22%7D&since=1h`) as {
    data: { result: { values: [string, string][] }[] };
  } | null;
  return (found?.data.result ?? []).flatMap(({ values }) => values.map(([, line]) => line)).sort();
}

function push(name: string, line: string): void {
  const values = [[`${Date.now()}000000`, line]];
  request(name, LOKI, "/loki/api/v1/push", { streams: [{ stream: { job: "test" }, values }] });
}

/** Waits until both clusters are complete, and a silence and a line of one server appear on the other. */
async function untilShared(...marks: readonly string[]): Promise<void> {
  const last = marks.at(-1) ?? "";
  await until("both Alertmanagers are members", 60, alertmanagersTogether);
  await until("both Lokis are members", 90, lokisTogether);
  silence("one", last);
  push("one", last);
  await until("the silences arrive", 30, () => silences("two").join() === marks.join());
  await until("the lines are found", 60, () => lines("two").join() === marks.join());
}

/** A key and a certificate in a folder of its own. The client trusts the authority of the servers. */
function client(authority: AuthorityPair, kind: string, days?: number): TlsClient {
  const own = mkdtempSync(join(folder, "client-"));
  issueCertificate(playbooksDirectory, own, authority, kind, days);
  return { key: join(own, "key.pem"), certificate: join(own, "certificate.pem"), authority: trusted() };
}

/** File of the certificate of the servers' authority. */
function trusted(): string {
  const file = join(folder, "authority.pem");
  writeFileSync(file, authorityPair().certificate);
  return file;
}

const authorityPair = (): AuthorityPair => ({
  key: lab.on("one", `cat ${AUTHORITY}/key.pem`),
  certificate: lab.on("one", `cat ${AUTHORITY}/certificate.pem`),
});

const connect = (port: number, given?: TlsClient): string => connectByTls(lab.address("two"), port, given);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "clusters-"));
  for (const [kind, files] of [...Object.entries(FILES), ["certificate_authority", []] as const]) {
    for (const name of SERVERS) mkdirSync(join(folder, "files", kind, name), { recursive: true });
    for (const { path, content } of files) {
      for (const name of SERVERS) {
        mkdirSync(dirname(join(folder, "files", kind, name, path)), { recursive: true });
        writeFileSync(join(folder, "files", kind, name, path), content);
      }
    }
  }
  await lab.create();
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(folder, { recursive: true });
}, RUN_TIMEOUT);

test(
  "a deploy turns encryption on for running clusters, and they keep silences and lines",
  async () => {
    await deploy(false);
    await untilShared("1 plain");
    await deploy(true);
    await untilShared("1 plain", "2 encrypted");
    expect(lab.on("two", "ss -Hlun 'sport = :9094'")).toBe("");
  },
  6 * RUN_TIMEOUT,
);

/** How often the gossip of Alertmanager could not read from a connection. */
const readErrors = (): number =>
  Number(
    lab.on(
      "two",
      `python3 -c 'import urllib.request as r; print(r.urlopen("http://${lab.address("two")}:9093/metrics").read().decode())' | sed -n 's/^alertmanager_tls_transport_read_errors_total //p'`,
    ),
  );

describe.each([
  ["gossip of Alertmanager", GOSSIP, "alertmanager"],
  ["gRPC of Loki", GRPC, "loki"],
])("%s", (_, port, kind) => {
  test("accepts another member", () => {
    expect(connect(port, client(authorityPair(), kind))).toBe("accepted TLSv1.3");
  });

  test("refuses a client without a certificate", () => {
    expect(connect(port, { authority: trusted() })).toMatch(/^refused .*CERTIFICATE_REQUIRED/);
  });

  test("refuses a certificate of another authority", () => {
    expect(connect(port, client({ key: "", certificate: "" }, kind))).toMatch(/^refused/);
  });

  test("refuses an expired certificate", () => {
    expect(connect(port, client(authorityPair(), kind, -1))).toMatch(/^refused/);
  });
});

test("no port accepts plain text", () => {
  expect(connect(GRPC)).toMatch(/^refused/);
  expect(connect(LOKI_GOSSIP)).toMatch(/^refused/);
  // Alertmanager does not close the connection.
  const before = readErrors();
  connect(GOSSIP);
  expect(readErrors()).toBeGreaterThan(before);
});

test("Alertmanager refuses other components as members; Loki cannot", () => {
  const other = client(authorityPair(), "grafana");
  expect(connect(GOSSIP, other)).toMatch(/^refused/);
  expect(connect(GRPC, other)).toBe("accepted TLSv1.3");
});

test("the gossip of Loki asks for no certificate", () => {
  expect(connect(LOKI_GOSSIP, { authority: trusted() })).toBe("accepted TLSv1.3");
});

test(
  "a deploy turns encryption off again",
  async () => {
    await deploy(false);
    await untilShared("1 plain", "2 encrypted", "3 plain");
    expect(lab.on("two", "ss -Hlun 'sport = :9094'")).not.toBe("");
  },
  4 * RUN_TIMEOUT,
);
