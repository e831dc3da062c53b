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

const FOLDER = "/etc/cdktf-monitoring/tls/backup_report";
const KEY = `stat -c '%a %U:%G' ${FOLDER}/key.pem`;

/** Returns the status of a request from the server with the component to Prometheus, `000` if Prometheus refuses the connection. */
function status(request: string, kind = "backup_report"): string {
  const [method = "", path = ""] = request.split(" ");
  const certificate = ["--cert certificate.pem", "--key key.pem", "--cacert authority.pem"].join(" ");
  const curl = `curl -s -o /dev/null -w '%{http_code}' -m 5 -X ${method} ${certificate}`;
  return project.on(
    "files",
    `cd ${FOLDER}/../${kind} && ${curl} 'https://${project.address("hub")}:9090${path}' || true`,
  );
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
  "gives the component a certificate, with which it may do at Prometheus what it declares",
  async () => {
    const journal = (): string => project.on("files", "journalctl --unit=backup_report --output=cat --no-pager");
    await until("the report", 60, () => Promise.resolve(/backup of files: [\d.]+ hours old/.test(journal())));
    expect(project.on("files", KEY)).toBe("640 root:backup_report");
    expect(project.on("files", `stat -c '%a %U:%G' ${FOLDER}`)).toBe("750 root:backup_report");
    expect(status("GET /api/v1/query?query=up")).toBe("200");
    for (const request of ["POST /api/v1/write", "GET /metrics", "GET /config", "POST /-/reload"])
      expect([request, status(request)]).toEqual([request, "403"]);
    // A component that declares no connection to Prometheus.
    expect(status("GET /api/v1/query?query=up", "node_exporter")).toBe("403");
  },
  DEPLOY_TIMEOUT,
);

test(
  "verifies the stack",
  async () => {
    const report = await project.succeed("verify");
    expect(report).toMatch(/PASS +encryption/);
    expect(report).toMatch(/PASS +Prometheus access +only from backup_report, /);
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
  "watches when the certificate of the component ends",
  async () => {
    const query = 'monitoring_certificate_expiry_timestamp_seconds{component="backup_report", instance="files"}';
    // Each server writes this metric once per minute.
    await until("the metric", 120, async () => (await prometheus.value(query)) > 0);
    expect((await prometheus.value(query)) - Date.now() / 1000).toBeGreaterThan(364 * 86_400);
  },
  DEPLOY_TIMEOUT,
);

test(
  "repairs the key, and restarts the service with a new certificate",
  async () => {
    const started = (): string => project.on("files", "systemctl show --property=MainPID --value backup_report");
    const before = started();
    project.on("files", `chmod 644 ${FOLDER}/key.pem && rm ${FOLDER}/certificate.pem`);
    await project.succeed("play", ["backup_report"]);
    expect(project.result("backup_report")).toMatchObject({ files: { state: "changed" } });
    expect(project.on("files", KEY)).toBe("640 root:backup_report");
    expect(started()).not.toBe(before);
    expect(status("GET /api/v1/query?query=up")).toBe("200");
  },
  DEPLOY_TIMEOUT,
);

test(
  "keeps and reports the component on a server where it is no longer placed",
  async () => {
    project.edit("examples/own-component.ts", (text) =>
      text.replace("BackupExporter(files", "BackupExporter(hub").replace("BackupReport(files", "BackupReport(hub"),
    );
    expect(await project.up()).toContain(
      "installed by user-provided playbooks, and left in place: backup_exporter, backup_report; uninstall them by hand",
    );
    await expectMetricOf("hub");
    expect(project.on("files", "systemctl is-active backup_exporter")).toBe("active");
    expect(project.result("backup_exporter")).toMatchObject({ hub: { state: "changed" } });
    expect(project.on("files", "ls /etc/cdktf-monitoring/tls")).toBe("node_exporter");
    expect(project.on("hub", KEY)).toBe("640 root:backup_report");
  },
  DEPLOY_TIMEOUT,
);

test(
  "removes the certificate of a component that needs none any more",
  async () => {
    project.edit("examples/own-component.ts", (text) => text.replace(/return \[\{ kind: "prometheus".*/, "return [];"));
    project.edit("examples/backup-report/backup_report.yml", (text) => text.replace(/ {4}- name: Read[^]*/, ""));
    await project.up();
    expect(project.on("hub", "ls /etc/cdktf-monitoring/tls")).toBe("gateway\nnode_exporter\nprometheus");
    const names = "find /etc/cdktf-monitoring -name backup_report | sort";
    expect(project.on("hub", names).split("\n")).toEqual([
      "/etc/cdktf-monitoring/markers/backup_report",
      "/etc/cdktf-monitoring/own/backup_report",
    ]);
  },
  DEPLOY_TIMEOUT,
);
