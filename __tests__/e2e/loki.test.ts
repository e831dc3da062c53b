import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LokiApi } from "../support/loki";
import { Moto } from "../support/moto";
import { Project } from "../support/project";
import { eventually } from "../support/wait";

/** A whole deploy on a slow machine takes two minutes; what it may take at most, in milliseconds. */
const DEPLOY = 300_000;
const DAY = 86_400_000;
const BUCKET = "logs";
const KEYS = { S3_ACCESS_KEY: "access-key-of-the-test", S3_SECRET_KEY: "secret-key-of-the-test" };

const project = new Project("e2e-loki", "198.18.48.0/20");
let moto: Moto | undefined;

/** Deploys a Loki with these settings on each of some hosts. */
async function deploy(hosts: readonly string[], props: string): Promise<string> {
  const program = `
import { App, TerraformStack } from "cdktf";
import { LocalNetwork, LocalServer, LogAgent, LogSource, Loki, Monitoring, MonitoringHost, Prometheus, Secret } from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", { prefix: process.env.LOCAL_PREFIX, subnet: process.env.LOCAL_SUBNET });
const monitoring = new Monitoring(stack, "monitoring", { technicians: [network.gateway], logAgent: LogAgent.promtail() });
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
  const { code, output } = await project.npm("up", [], KEYS);
  if (code !== 0) throw new Error(output);
  return output;
}

function apiOf(host: string): LokiApi {
  const [address = ""] = project.on(host, "hostname -I").split(" ");
  return new LokiApi(`http://${address}:3100`);
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

/** Every file that we own on a server, by inode and time, and when the service started. */
function fingerprint(host: string): string {
  return project.on(
    host,
    "find /etc/loki /etc/systemd/system/loki.service /opt/cdktf-monitoring/loki* -printf '%p %i %T@ %C@ %m %u:%g\\n' | sort; systemctl show --property=MainPID,ExecMainStartTimestampMonotonic loki",
  );
}

afterAll(async () => {
  await moto?.stop();
  await project.end();
}, DEPLOY);

describe("a single Loki", () => {
  // Retention as short as Loki has it, and looked after all the time.
  const props = `{
    retention: "1d",
    extraFlags: ["--compactor.compaction-interval=5s", "--compactor.retention-delete-delay=1s"],
  }`;
  let loki: LokiApi;

  beforeAll(async () => {
    await deploy(["hub"], props);
    loki = apiOf("hub");
  }, 2 * DEPLOY);

  test("takes in lines, and gives them back", async () => {
    const lines = numbered(1, 1000);
    await loki.push({ job: "numbers", instance: "hub" }, lines);
    expect(await loki.lines('{job="numbers"}')).toEqual(lines);
  });

  test("refuses what is too old or too long, and counts it", async () => {
    await expect(loki.push({ job: "old" }, ["old"], new Date(Date.now() - 8 * DAY))).rejects.toThrow(
      "timestamp too old",
    );
    await expect(loki.push({ job: "long" }, ["x".repeat(300_000)])).rejects.toThrow("max entry size");
    expect(await loki.metric("loki_discarded_samples_total")).toBe(2);
  });

  test("can be asked to delete nothing", async () => {
    const [address = ""] = project.on("hub", "hostname -I").split(" ");
    const query = new URLSearchParams({ query: '{job="numbers"}', start: "0" });
    const answer = await fetch(`http://${address}:3100/loki/api/v1/delete?${query.toString()}`, { method: "POST" });
    expect(answer.ok).toBe(false);
  });

  test(
    "deletes what is older than its retention from the disk, and nothing else",
    async () => {
      const chunks = (): number =>
        Number(project.on("hub", "find /var/lib/monitoring/loki/chunks/fake -type f 2>/dev/null | wc -l"));
      await loki.push({ job: "aged" }, numbered(1, 10), new Date(Date.now() - 3 * DAY));
      // What is in the memory is put into chunks, and the index of these is written when it starts.
      await loki.flush();
      await eventually("the chunk of the old lines", 60, () => (chunks() >= 2 ? true : undefined));
      const before = chunks();
      project.on("hub", "systemctl restart loki");
      await eventually("Loki", 60, async () => ((await loki.ready()) ? true : undefined));
      await eventually("the deletion", 150, () => (chunks() < before ? true : undefined));
      expect(await loki.lines('{job="aged"}')).toEqual([]);
      expect(await loki.lines('{job="numbers"}')).toHaveLength(1000);
    },
    DEPLOY,
  );

  test(
    "is not touched by a second deploy, nor changed by one that is forced",
    async () => {
      const before = { runs: project.runTimes, files: fingerprint("hub") };
      expect(await deploy(["hub"], props)).toContain("No changes. Your infrastructure matches the configuration.");
      expect({ runs: project.runTimes, files: fingerprint("hub") }).toEqual(before);
      const { code } = await project.npm("play", ["loki", "--force"], KEYS);
      expect(code).toBe(0);
      expect(project.result("loki").hub).toMatchObject({ touched: true, changed: 0 });
      expect(fingerprint("hub")).toBe(before.files);
    },
    DEPLOY,
  );
});

describe("with S3", () => {
  const gateway = "198.18.48.1";
  let props: string;

  beforeAll(async () => {
    // Servers reach this machine at their network's gateway only.
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
  }, DEPLOY);

  test("only Loki can read the keys", () => {
    expect(project.on("hub", "stat -c '%a %U:%G' /etc/loki/secrets/s3")).toBe("640 root:loki");
    const elsewhere = "/etc/loki/loki.yml /etc/systemd/system/loki.service /etc/cdktf-monitoring";
    expect(project.on("hub", `grep -rlE '${Object.values(KEYS).join("|")}' ${elsewhere} || true`)).toBe("");
  });

  test(
    "lines outlive the server's disk",
    async () => {
      const loki = apiOf("hub");
      const lines = numbered(1, 100);
      await loki.push({ job: "kept" }, lines);
      project.on("hub", "systemctl stop loki && rm -rf /var/lib/monitoring/loki/* && systemctl start loki");
      await eventually("Loki", 60, async () => ((await loki.ready()) ? true : undefined));
      const found = await eventually("the lines", 60, async () => {
        const all = await loki.lines('{job="kept"}');
        return all.length > 0 ? all : undefined;
      });
      expect(found).toEqual(lines);
      expect(await moto?.objects(BUCKET)).toContainEqual(expect.stringMatching(/^fake\//));
    },
    DEPLOY,
  );

  test(
    "three take in and find all lines, also while one of them is dead",
    async () => {
      const hosts = ["hub", "two", "three"];
      await deploy(hosts, props);
      const [one, two, three] = hosts.map(apiOf);
      if (!one || !two || !three) throw new Error("three hosts");
      await eventually("a cluster of three", 60, async () => {
        const sizes = await Promise.all(
          [one, two, three].map((loki) => loki.metric('loki_ring_members{name="ingester",state="ACTIVE"}')),
        );
        return sizes.join() === "3,3,3" ? true : undefined;
      });
      await one.push({ job: "shared" }, numbered(1, 50));
      expect(await three.lines('{job="shared"}')).toEqual(numbered(1, 50));

      project.docker("kill", `${project.prefix}-three`);
      await two.push({ job: "shared" }, numbered(51, 100));
      for (const loki of [one, two]) expect(await loki.lines('{job="shared"}')).toEqual(numbered(1, 100));

      project.docker("start", `${project.prefix}-three`);
      await eventually("the third", 60, async () => ((await three.ready()) ? true : undefined));
      expect(await three.lines('{job="shared"}')).toEqual(numbered(1, 100));
    },
    2 * DEPLOY,
  );

  test(
    "an agent loses no line and doubles none while one of three is killed and comes back, and queries go on",
    async () => {
      const [one, two] = [apiOf("hub"), apiOf("two")];
      const found = async (): Promise<number> => {
        const counts = await Promise.all([one, two].map((loki) => loki.lines('{job="agent",instance="two"}')));
        return Math.min(...counts.map((lines) => lines.length));
      };
      // A line each tenth of a second, for half a minute.
      project.on(
        "two",
        `mkdir -p /var/log/agent && systemd-run --quiet sh -c 'n=0; while [ $n -lt 300 ]; do n=$((n + 1)); echo "line $n"; sleep 0.1; done > /var/log/agent/lines.log'`,
      );
      await eventually("the first lines", 60, async () => ((await found()) > 10 ? true : undefined));
      project.docker("kill", `${project.prefix}-three`);
      const before = await found();
      // It throws what a query says that fails.
      for (let times = 0; times < 10; times += 1) {
        await new Promise((done) => setTimeout(done, 1000));
        await found();
      }
      project.docker("start", `${project.prefix}-three`);
      await eventually("all lines", 120, async () => ((await found()) >= 300 ? true : undefined));
      expect(before).toBeLessThan(300);
      const order = (lines: readonly string[]): number[] =>
        lines.map((line) => Number(line.split(" ")[1])).sort((a, b) => a - b);
      expect(order(await one.lines('{job="agent",instance="two"}'))).toEqual(order(numbered(1, 300)));
    },
    DEPLOY,
  );
});
