import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InventoryRun } from "../../lib/inventory/inventory";
import { Variables } from "../../lib/inventory/variables";
import { playbooksDirectory } from "../../lib/paths";
import { AuthorityState, rotate } from "../../tools/cli/certificate-rotation";
import { run } from "../../tools/cli/process";
import { ansiblePython } from "../support/ansible";
import { componentRun, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";
import { Pki } from "../support/pki";
import { until } from "../support/wait";

const lab = new Lab("e2e-certificates", "198.19.128.0/20", ["hub", "app"]);
const SERVERS = ["hub", "app"] as const;
const TLS = "/etc/cdktf-monitoring/tls";
const AUTHORITY = "/var/lib/monitoring/certificate_authority";

let folder = "";

/** Returns where the certificate of a component comes from. */
type Issuer = (server: string, kind: string) => Variables;

const privateAuthority =
  (generation: string): Issuer =>
  () => ({ authority: { server: "hub", id: "1", generation } });

/** The runs of a deploy. */
function runs(issuer: Issuer = privateAuthority("1")): InventoryRun[] {
  const certificate = (server: string, kind: string, clients: readonly string[]): Variables => ({
    monitoring_certificate: { ...issuer(server, kind), addresses: [lab.address(server)], clients: [...clients] },
  });
  const targets = SERVERS.map((name) => ({ address: `${lab.address(name)}:9100`, labels: { instance: name } }));
  const exporters = SERVERS.map((name) => [name, certificate(name, "node_exporter", ["prometheus"])] as const);
  return [
    { ...plainRun("certificate_authority", { hub: { monitoring_on_move: "keepData" } }), component: true },
    componentRun("node_exporter", Object.fromEntries(exporters)),
    componentRun("prometheus", {
      hub: {
        ...certificate("hub", "prometheus", []),
        prometheus_scrape_interval: "1s",
        prometheus_scrape_timeout: "1s",
        prometheus_targets: [{ job: "node", scheme: "https", certificate: true, targets }],
      },
    }),
  ];
}

async function play(name: string, all: readonly InventoryRun[], ...options: string[]): Promise<void> {
  const { code, stdout } = await lab.play(name, all, ...options);
  if (code !== 0) throw new Error(stdout);
}

async function deploy(all = runs()): Promise<void> {
  for (const { name } of all) await play(name, all);
}

/** Digests of all keys, certificates and trusted authorities of the components, as lines of `sha256sum`. */
const digests = (): string[] =>
  SERVERS.flatMap((name) =>
    lab
      .on(name, `sha256sum ${TLS}/*/*.pem`)
      .split("\n")
      .map((line) => `${name} ${line}`),
  );

const unchangedSince = (before: readonly string[]): string[] => digests().filter((line) => before.includes(line));

/** Asks the authority on hub for its state, or lets it begin the next phase of its replacement. */
async function authority(completed?: number): Promise<AuthorityState> {
  const options = completed === undefined ? [] : ["--advance", String(completed)];
  const program = [join(playbooksDirectory, "rotate.py"), ...options];
  const { code, stdout, stderr } = await run(ansiblePython() ?? "python3", program, {
    environment: {
      MONITORING_STATE: lab.state,
      MONITORING_INVENTORY: gzipSync(lab.inventory(runs())).toString("base64"),
    },
  });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as AuthorityState;
}

const RANGE = `
import json, sys, urllib.parse, urllib.request
def ask(name):
    url = sys.argv[1] + "/api/v1/query?" + urllib.parse.urlencode({"query": f'{name}{{job="node"}}[{sys.argv[2]}s]'})
    return {each["metric"]["instance"]: dict(each["values"]) for each in json.load(urllib.request.urlopen(url))["data"]["result"]}
up, durations = ask("up"), ask("scrape_duration_seconds")
print(json.dumps({name: [[int(value), float(durations[name].get(time, 0))] for time, value in values.items()] for name, values in up.items()}))
`;

/** Whether each scrape of the last seconds succeeded, and how many seconds it took, by server. */
function scrapes(seconds: number): Record<string, readonly (readonly [number, number])[]> {
  const encoded = Buffer.from(RANGE).toString("base64");
  const url = `http://${lab.address("hub")}:9090`;
  const output = lab.on("hub", `echo ${encoded} | base64 -d | python3 - ${url} ${String(seconds)}`);
  return JSON.parse(output) as Record<string, readonly (readonly [number, number])[]>;
}

async function untilTargetsUp(): Promise<void> {
  await until("all targets are up", 30, () => SERVERS.every((name) => scrapes(60)[name]?.at(-1)?.[0] === 1));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "certificates-"));
  await lab.create();
  await deploy();
  await untilTargetsUp();
}, 3 * RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(folder, { recursive: true });
}, RUN_TIMEOUT);

test(
  "a rotation replaces the authority, all keys and all certificates, and no scrape fails",
  async () => {
    // GIVEN
    const before = digests();
    const keyBefore = lab.on("hub", `sha256sum ${AUTHORITY}/key.pem`);
    const services = (): string[] =>
      SERVERS.map((name) => lab.on(name, "systemctl show --property=InvocationID node_exporter prometheus"));
    const running = services();
    const began = Date.now();
    const between: string[][] = [];

    // WHEN
    const complete = await rotate(
      {
        runs: ["node_exporter", "prometheus"].map((name) => ({ name, servers: [...SERVERS] })),
        authority,
        async apply({ name }) {
          // A deploy in the middle of a phase follows it.
          if (name === "prometheus" && (await authority()).phase === 2) {
            between.push(digests());
            await play("node_exporter", runs());
            between.push(digests());
          }
          await play(name, runs(), "--force");
          return [];
        },
      },
      () => undefined,
      "",
    );
    expect(complete).toBe(true);
    const seconds = Math.floor((Date.now() - began) / 1000);

    // THEN
    const found = scrapes(seconds);
    for (const name of SERVERS) {
      const results = found[name] ?? [];
      const failed = results.filter(([up]) => up !== 1).map(([, duration]) => duration);
      console.log(
        `${name}: ${results.length} scrapes in ${seconds} s of rotation, failed after s: ${failed.join(", ")}`,
      );
      expect(results.length).toBeGreaterThanOrEqual(seconds - 2);
      // On a busy machine, a scrape may take longer than its timeout of one second.
      expect(failed.filter((duration) => duration < 0.9)).toEqual([]);
    }
    expect(between[1]).toEqual(between[0]);
    expect(digests()).toHaveLength(before.length);
    expect(unchangedSince(before)).toEqual([]);
    expect(lab.on("hub", `sha256sum ${AUTHORITY}/key.pem`)).not.toBe(keyBefore);
    expect(lab.on("hub", `ls ${AUTHORITY}`).split("\n")).toEqual(["certificate.pem", "key.pem"]);
    const present = lab.on("hub", `cat ${AUTHORITY}/certificate.pem`);
    for (const name of SERVERS) expect(lab.on(name, `cat ${TLS}/node_exporter/authority.pem`)).toBe(present);
    expect(services()).toEqual(running);
  },
  4 * RUN_TIMEOUT,
);

test(
  "after the server of the authority was replaced, a deploy makes a new authority and new certificates on all servers",
  async () => {
    const before = digests();
    // Another machine has neither the data nor the markers.
    lab.on("hub", `rm -r ${AUTHORITY} /etc/cdktf-monitoring/markers/*`);
    await deploy(runs(privateAuthority("2")));
    expect(unchangedSince(before)).toEqual([]);
    const present = lab.on("hub", `cat ${AUTHORITY}/certificate.pem`);
    for (const name of SERVERS) expect(lab.on(name, `cat ${TLS}/node_exporter/authority.pem`)).toBe(present);
    await untilTargetsUp();
  },
  2 * RUN_TIMEOUT,
);

test(
  "certificates of a PKI of the user replace those of the private authority, and only a changed one is installed",
  async () => {
    // GIVEN
    const pki = new Pki(mkdtempSync(join(folder, "pki-")));
    const issue = (server: string, kind: string): void => {
      const names = `subjectAltName = IP:${lab.address(server)}, URI:cdktf-monitoring://component/${kind}`;
      for (const [part, text] of Object.entries<string>({ ...pki.issue(names) }))
        writeFileSync(join(folder, `${server}-${kind}-${part}`), text);
    };
    const own: Issuer = (server, kind) => ({
      own: Object.fromEntries(
        ["authority", "certificate", "key"].map((part) => [
          part,
          { name: part, file: join(folder, `${server}-${kind}-${part}`), version: "1" },
        ]),
      ),
    });
    issue("hub", "prometheus");
    for (const name of SERVERS) issue(name, "node_exporter");

    // WHEN, THEN
    await deploy(runs(own).slice(1));
    await untilTargetsUp();

    // WHEN
    const before = digests();
    issue("app", "node_exporter");
    await play("node_exporter", runs(own));

    // THEN
    expect(lab.result("node_exporter").hosts).toMatchObject({ hub: { state: "unchanged" }, app: { state: "changed" } });
    expect(before.filter((line) => !digests().includes(line)).map((line) => line.replace(/ \w+ .*\//, " "))).toEqual([
      "app certificate.pem",
      "app key.pem",
    ]);
    await untilTargetsUp();
  },
  2 * RUN_TIMEOUT,
);
