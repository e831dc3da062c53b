import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LokiApi } from "../support/loki";
import { Moto } from "../support/moto";
import { DEPLOY_TIMEOUT, Project, requireSuccess } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually, pause, until } from "../support/wait";

const DAY = 86_400_000;
const BUCKET = "logs";
const KEYS = { S3_ACCESS_KEY: "access-key-of-the-test", S3_SECRET_KEY: "secret-key-of-the-test" };

const project = new Project("e2e-loki", "198.18.48.0/20");
let moto: Moto | undefined;

/** Deploys Loki with these props on each of the hosts. */
async function deploy(hosts: readonly string[], props: string): Promise<string> {
  const program = `
import { App, TerraformStack } from "cdktf";
import {
  Alert, Evaluator, LocalNetwork, LocalServer, LogAgent, LogSource, Loki, Monitoring, MonitoringHost, Prometheus, Secret, Severity,
  Transport,
} from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
  debian: process.env.LOCAL_DEBIAN,
});
const alert = Alert.custom({
  name: "AgentLogs", evaluator: Evaluator.LOKI, expr: 'sum by (instance) (count_over_time({job="agent"}[1m])) > 0',
  severity: Severity.WARNING, summary: "The log has lines", description: "In the test.",
});
const monitoring = new Monitoring(stack, "monitoring", {
  technicians: [network.gateway], logAgent: LogAgent.promtail(), alerts: [alert], transport: Transport.plain(),
});
for (const name of ${JSON.stringify(hosts)}) {
  const server = new LocalServer(stack, name + "-server", { network, name });
  const logs = [LogSource.files("agent", { paths: ["/var/log/agent/*.log"] })];
  const host = new MonitoringHost(stack, name, { monitoring, server, logs });
  new Loki(host, "loki", ${props});
  if (name === "hub") new Prometheus(host, "prometheus");
}
app.synth();
`;
  writeFileSync(join(project.directory, "main.ts"), program);
  return project.up(KEYS);
}

const apiOf = (host: string): LokiApi => new LokiApi(project.url(host, 3100));

/** Waits until a Loki is ready. */
async function untilReady(loki: LokiApi): Promise<void> {
  await until("Loki", 60, () => loki.ready());
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

/** Makes a server look as an earlier version left it: without a gateway, and with Loki at the port of the gateway. */
const EARLIER_VERSION = `systemctl stop gateway
rm -r /etc/systemd/system/gateway.service /etc/gateway /opt/cdktf-monitoring/gateway* /etc/cdktf-monitoring/*/gateway
userdel gateway
sed -i -e 's/^  http_listen_address: .*/  http_listen_address: ""/' -e 's/^  http_listen_port: .*/  http_listen_port: 3100/' /etc/loki/loki.yml
systemctl restart loki`;

const byNumber = (one: string, other: string): number => Number(one.split(" ")[1]) - Number(other.split(" ")[1]);

/** Returns the addresses and ports on which processes of a user of the hub listen. */
const portsOf = (user: string): string[] =>
  project.on("hub", `ss -Hltne | grep "uid:$(id -u ${user}) " | awk '{print $4}' | sort`).split("\n");

const fingerprint = (host: string): string =>
  project.fingerprint(host, ["/etc/loki", "/etc/systemd/system/loki.service", "/opt/cdktf-monitoring/loki*"], ["loki"]);

afterAll(async () => {
  await moto?.stop();
  await project.end();
}, DEPLOY_TIMEOUT);

describe("a single Loki", () => {
  // The shortest retention, and a compactor that runs all the time.
  const props = `{
    retention: "1d",
    extraFlags: [
      "--compactor.compaction-interval=5s", "--compactor.retention-delete-delay=1s", "--ruler.evaluation-interval=5s",
    ],
  }`;
  let loki: LokiApi;

  beforeAll(async () => {
    await deploy(["hub"], props);
    loki = apiOf("hub");
  }, 2 * DEPLOY_TIMEOUT);

  test("stores and returns lines", async () => {
    const lines = numbered(1, 1000);
    await loki.push({ job: "numbers", instance: "hub" }, lines);
    expect(await loki.lines('{job="numbers"}')).toEqual(lines);
  });

  test("rejects and counts lines that are too old or too long", async () => {
    await expect(loki.push({ job: "old" }, ["old"], new Date(Date.now() - 8 * DAY))).rejects.toThrow(
      "timestamp too old",
    );
    await expect(loki.push({ job: "long" }, ["x".repeat(300_000)])).rejects.toThrow("max entry size");
    expect(await loki.metric("loki_discarded_samples_total")).toBe(2);
  });

  test("writes the state of its alerts to Prometheus, even if they fire while Prometheus is down", async () => {
    const prometheus = new PrometheusApi(project.url("hub", 9090));
    const firing = 'ALERTS{alertname="AgentLogs",alertstate="firing",instance="hub",severity="warning"}';
    const alerts = (): Promise<number> => prometheus.value(`count(${firing}) or vector(0)`);
    expect(await alerts()).toBe(0);
    project.on("hub", "systemctl stop prometheus");
    await loki.push({ job: "agent", instance: "hub" }, ["a line"]);
    await pause(10);
    project.on("hub", "systemctl start prometheus");
    await until("the alert", 45, async () => (await alerts().catch(() => 0)) === 1);
    // The alert ends one minute after the line, and its series ends with it.
    await until("the end of the alert", 100, async () => (await alerts()) === 0);
  }, 240_000);

  test("rejects requests to delete lines", async () => {
    const query = new URLSearchParams({ query: '{job="numbers"}', start: "0" });
    const path = `/loki/api/v1/delete?${query.toString()}`;
    expect((await fetch(project.url("hub", 3100) + path, { method: "POST" })).status).toBe(403);
    const itself = `curl -s -o /dev/null -w '%{http_code}' -X POST 'http://127.0.0.1:3101${path}'`;
    expect(Number(project.on("hub", itself))).toBeGreaterThanOrEqual(400);
  });

  test(
    "deletes only lines older than the retention from the disk",
    async () => {
      const chunks = (): number =>
        Number(project.on("hub", "find /var/lib/monitoring/loki/chunks/fake -type f 2>/dev/null | wc -l"));
      await loki.push({ job: "aged" }, numbered(1, 10), new Date(Date.now() - 3 * DAY));
      // A flush writes the lines in memory to chunks, and a restart writes the index of the chunks.
      project.on("hub", "curl -sS --fail -X POST http://127.0.0.1:3101/flush");
      await until("the chunk of the old lines", 60, () => chunks() >= 2);
      const before = chunks();
      project.on("hub", "systemctl restart loki");
      await untilReady(loki);
      await until("the deletion", 150, () => chunks() < before);
      expect(await loki.lines('{job="aged"}')).toEqual([]);
      expect(await loki.lines('{job="numbers"}')).toHaveLength(1000);
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "does not change in a second deploy and in a forced run",
    async () => {
      const before = { runs: project.runTimes, files: fingerprint("hub") };
      expect(await deploy(["hub"], props)).toContain("No changes. Your infrastructure matches the configuration.");
      expect({ runs: project.runTimes, files: fingerprint("hub") }).toEqual(before);
      await project.succeed("play", ["loki", "--force"], KEYS);
      expect(project.result("loki").hub).toMatchObject({ touched: true, changed: 0 });
      expect(fingerprint("hub")).toBe(before.files);
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "moves behind the gateway without a lost line, if an earlier version listened at the port of the gateway",
    async () => {
      project.on("hub", EARLIER_VERSION);
      await untilReady(loki);
      const write = `for n in $(seq 400); do echo line $n; sleep 0.1; done > /var/log/agent/moving.log`;
      project.on("hub", `mkdir -p /var/log/agent; systemd-run --quiet sh -c '${write}'`);
      // As in a deploy, both runs execute at the same time. The gateway waits for Loki.
      const gateway = project.npm("play", ["gateway"]);
      await pause(5);
      for (const outcome of await Promise.all([gateway, project.npm("play", ["loki"])])) requireSuccess(outcome);
      expect(portsOf("gateway")).toContainEqual(expect.stringMatching(/:3100$/));
      expect(portsOf("loki")).toEqual(["127.0.0.1:3101", "127.0.0.1:9095"]);
      const sent = (): Promise<string[]> => loki.lines('{job="agent"} |~ "^line "');
      await until("all lines", 90, async () => (await sent()).length >= 400);
      expect((await sent()).sort(byNumber)).toEqual(numbered(1, 400));
    },
    DEPLOY_TIMEOUT,
  );
});

describe("Loki with S3", () => {
  const gateway = "198.18.48.1";
  let props: string;

  beforeAll(async () => {
    // Servers reach this machine only at the gateway of their network.
    moto = await Moto.start(gateway);
    await moto.createBucket(BUCKET);
    props = `{ s3: {
      bucket: "${BUCKET}",
      region: "eu-central-1",
      endpoint: "${moto.url}",
      accessKey: Secret.fromEnvironment("S3_ACCESS_KEY"),
      secretKey: Secret.fromEnvironment("S3_SECRET_KEY"),
    } }`;
    await deploy(["hub"], props);
  }, DEPLOY_TIMEOUT);

  test("keeps the keys readable for Loki only", () => {
    expect(project.on("hub", "stat -c '%a %U:%G' /etc/loki/secrets/s3")).toBe("640 root:loki");
    const elsewhere = "/etc/loki/loki.yml /etc/systemd/system/loki.service /etc/cdktf-monitoring";
    expect(project.on("hub", `grep -rlE '${Object.values(KEYS).join("|")}' ${elsewhere} || true`)).toBe("");
  });

  test(
    "keeps lines if the server's disk is lost",
    async () => {
      const loki = apiOf("hub");
      const lines = numbered(1, 100);
      await loki.push({ job: "kept" }, lines);
      project.on("hub", "systemctl stop loki && rm -rf /var/lib/monitoring/loki/* && systemctl start loki");
      await untilReady(loki);
      const found = await eventually("the lines", 60, async () => {
        const all = await loki.lines('{job="kept"}');
        return all.length > 0 ? all : undefined;
      });
      expect(found).toEqual(lines);
      expect(await moto?.objects(BUCKET)).toContainEqual(expect.stringMatching(/^fake\//));
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "stores and finds all lines on three hosts, even if one is down",
    async () => {
      const hosts = ["hub", "two", "three"];
      await deploy(hosts, props);
      const [one, two, three] = hosts.map(apiOf);
      if (!one || !two || !three) throw new Error("three hosts");
      await until("a cluster of three", 60, async () => {
        const sizes = await Promise.all(
          [one, two, three].map((loki) => loki.metric('loki_ring_members{name="ingester",state="ACTIVE"}')),
        );
        return sizes.join() === "3,3,3";
      });
      await one.push({ job: "shared" }, numbered(1, 50));
      expect(await three.lines('{job="shared"}')).toEqual(numbered(1, 50));

      project.docker("kill", `${project.prefix}-three`);
      await two.push({ job: "shared" }, numbered(51, 100));
      for (const loki of [one, two]) expect(await loki.lines('{job="shared"}')).toEqual(numbered(1, 100));

      project.docker("start", `${project.prefix}-three`);
      await untilReady(three);
      expect(await three.lines('{job="shared"}')).toEqual(numbered(1, 100));
    },
    2 * DEPLOY_TIMEOUT,
  );

  test(
    "loses and duplicates no line of an agent, and answers queries, while one of three hosts restarts",
    async () => {
      const [one, two] = [apiOf("hub"), apiOf("two")];
      const found = async (): Promise<number> => {
        const counts = await Promise.all([one, two].map((loki) => loki.lines('{job="agent",instance="two"}')));
        return Math.min(...counts.map((lines) => lines.length));
      };
      // Ten lines per second for half a minute.
      project.on(
        "two",
        `mkdir -p /var/log/agent && systemd-run --quiet sh -c 'n=0; while [ $n -lt 300 ]; do n=$((n + 1)); echo "line $n"; sleep 0.1; done > /var/log/agent/lines.log'`,
      );
      await until("the first lines", 60, async () => (await found()) > 10);
      project.docker("kill", `${project.prefix}-three`);
      const before = await found();
      // A failed query throws.
      for (let times = 0; times < 10; times += 1) {
        await pause(1);
        await found();
      }
      project.docker("start", `${project.prefix}-three`);
      await until("all lines", 120, async () => (await found()) >= 300);
      expect(before).toBeLessThan(300);
      const order = (lines: readonly string[]): number[] =>
        lines.map((line) => Number(line.split(" ")[1])).sort((a, b) => a - b);
      expect(order(await one.lines('{job="agent",instance="two"}'))).toEqual(order(numbered(1, 300)));
    },
    DEPLOY_TIMEOUT,
  );
});
