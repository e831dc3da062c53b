import { Outcome, Project } from "../support/project";

/** A whole deploy on a slow machine takes a minute; what it may take at most, in milliseconds. */
const DEPLOY = 300_000;
const PROMETHEUS = '  new Prometheus(hub, "prometheus", { retention: "30d" });\n';

const project = new Project("e2e-move", "198.18.160.0/20");

async function expectSuccess(script: string): Promise<Outcome> {
  const outcome = await project.npm(script);
  expect(outcome).toEqual({ code: 0, output: expect.any(String) as string });
  return outcome;
}

/** The addresses that a server's own firewall admits to a port. */
function admitted(server: string, port: number): string[] {
  const { nftables } = JSON.parse(project.on(server, "nft --json list table inet cdktf_monitoring")) as {
    nftables: readonly { readonly set?: { readonly name: string; readonly elem?: readonly unknown[] } }[];
  };
  const sets = nftables.flatMap(({ set }) => (set?.name.includes(String(port)) ? [set] : []));
  return sets.flatMap(({ elem = [] }) => elem.map((each) => JSON.stringify(each).replaceAll('"', ""))).sort();
}

beforeAll(async () => {
  project.leaveOut("Alertmanager", "Grafana", "Loki");
  await project.up();
}, 2 * DEPLOY);

afterAll(async () => {
  await project.end();
}, DEPLOY);

test(
  "moving Prometheus to another server moves what it may reach, and who may reach it",
  async () => {
    const address = (server: string): string => project.on(server, "hostname -I").trim();
    const [hub, app] = [address("hub"), address("app")];
    expect(admitted("app", 9100).filter((each) => [hub, app].includes(each))).toEqual([hub]);

    project.edit("main.ts", (text) =>
      text
        .replace(PROMETHEUS, "")
        .replace('new MonitoredServer(scope, "app"', 'new MonitoringHost(scope, "app"')
        .replace("  new PlaybookRun(", `${PROMETHEUS.replace("hub", "app")}  new PlaybookRun(`),
    );
    await expectSuccess("up");

    expect(admitted("app", 9100).filter((each) => [hub, app].includes(each))).toEqual([]);
    expect(admitted("hub", 9100).filter((each) => [hub, app].includes(each))).toEqual([app]);
    expect(project.on("hub", "ss -Hltn 'sport = :9090'; ls /etc/systemd/system /etc | grep prometheus || true")).toBe(
      "",
    );
    // All that is admitted answers, all else is filtered, in both directions.
    await expectSuccess("verify");
  },
  2 * DEPLOY,
);
