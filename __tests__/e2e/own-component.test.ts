import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { until } from "../support/wait";

const project = new Project("e2e-own", "198.19.48.0/20");
let prometheus: PrometheusApi;

/** Waits until Prometheus has the exporter's metric of a server. */
async function expectMetricOf(server: string): Promise<void> {
  const query = `backup_age_seconds{job="backup", instance="${server}"}`;
  await until(`the metric of ${server}`, 60, async () => (await prometheus.value(query)) > 0);
}

beforeAll(async () => {
  // "npm run up" deploys the stack with the id "local".
  project.edit("cdktf.json", (text) => text.replace("main.ts", "examples/own-component.ts"));
  project.edit("examples/own-component.ts", (text) => text.replace('app, "own-component"', 'app, "local"'));
  const output = await project.up();
  prometheus = new PrometheusApi(/http:\/\/198\.19\.[\d.]+:9090/.exec(output)?.[0] ?? output);
}, DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
}, DEPLOY_TIMEOUT);

test(
  "installs the component with its playbook, scrapes it, and restricts its port",
  async () => {
    await expectMetricOf("files");
    expect(project.result("backup_exporter")).toMatchObject({ files: { state: "changed" } });
    expect(project.on("files", "nft list table inet cdktf_monitoring")).toContain("9150");
  },
  DEPLOY_TIMEOUT,
);

test(
  "changes nothing in a second deploy",
  async () => {
    const before = project.runTimes;
    expect(await project.up()).toContain("No changes.");
    expect(project.runTimes).toEqual(before);
  },
  DEPLOY_TIMEOUT,
);

test(
  "keeps and reports the component on a server where it is no longer placed",
  async () => {
    project.edit("examples/own-component.ts", (text) => text.replace("BackupExporter(files", "BackupExporter(hub"));
    expect(await project.up()).toContain(
      "installed by user-provided playbooks, and left in place: backup_exporter; uninstall them by hand",
    );
    await expectMetricOf("hub");
    expect(project.on("files", "systemctl is-active backup_exporter")).toBe("active");
    expect(project.result("backup_exporter")).toMatchObject({ hub: { state: "changed" } });
  },
  DEPLOY_TIMEOUT,
);

test(
  "stays reachable when the scrapes of the node exporters are encrypted",
  async () => {
    // WHEN
    project.edit("examples/own-component.ts", (text) =>
      text
        .replace('from "../constructs";', 'from "../constructs";\nimport { Transport } from "../constructs";')
        .replace("technicians: [network.gateway]", "technicians: [network.gateway], transport: Transport.mutualTls()"),
    );
    await project.up();

    // THEN Prometheus scrapes by TLS, and the component as before
    const exporter = project.on("files", "ss -Hltn sport = :9100");
    expect(exporter).toContain("9100");
    await until("TLS of the node exporters", 60, async () => (await prometheus.value('sum(up{job="node"})')) === 2);
    await expectMetricOf("hub");
    expect(project.on("hub", "grep -A9 'job_name: \"node\"' /etc/prometheus/prometheus.yml")).toContain("https");
    expect(await project.up()).toContain("No changes.");
  },
  2 * DEPLOY_TIMEOUT,
);
