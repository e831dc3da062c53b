import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { until } from "../support/wait";

const project = new Project("e2e-own", "198.19.48.0/20");
const prometheus = PrometheusApi.behindGateway(project, "hub");

/** Waits until Prometheus has the exporter's metric of a server. */
async function expectMetricOf(server: string): Promise<void> {
  const query = `backup_age_seconds{job="backup", instance="${server}"}`;
  await until(`the metric of ${server}`, 60, async () => (await prometheus.value(query)) > 0);
}

beforeAll(async () => {
  // "npm run up" deploys the stack with the id "local".
  project.edit("cdktf.json", (text) => text.replace("main.ts", "examples/own-component.ts"));
  project.edit("examples/own-component.ts", (text) => text.replace('app, "own-component"', 'app, "local"'));
  await project.up();
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
    // Built-in components have certificates, the exporter has none.
    const scraped = project.on("hub", "grep -A9 'job_name: ' /etc/prometheus/prometheus.yml");
    expect(scraped).toMatch(/job_name: "node"[^]*?scheme: "https"/);
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
