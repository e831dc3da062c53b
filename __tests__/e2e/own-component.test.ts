import { Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually } from "../support/wait";

/** A whole deploy on a slow machine takes a minute; what it may take at most, in milliseconds. */
const DEPLOY = 300_000;
const project = new Project("e2e-own", "198.19.48.0/20");
let prometheus: PrometheusApi;

/** Waits until Prometheus gets an exporter's metric from a server. */
async function seenOn(server: string): Promise<void> {
  await eventually(`${server} tells how old its backup is`, 60, async () => {
    const age = await prometheus.value(`backup_age_seconds{job="backup", instance="${server}"}`);
    return age > 0 ? age : undefined;
  });
}

beforeAll(async () => {
  // The stack that "npm run up" deploys.
  project.edit("cdktf.json", (text) => text.replace("main.ts", "examples/own-component.ts"));
  project.edit("examples/own-component.ts", (text) => text.replace('app, "own-component"', 'app, "local"'));
  const said = await project.up();
  prometheus = new PrometheusApi(/http:\/\/198\.19\.[\d.]+:9090/.exec(said)?.[0] ?? said);
}, DEPLOY);

afterAll(async () => {
  await project.end();
}, DEPLOY);

test(
  "it is installed by its own playbook, scraped, and guarded by the firewall",
  async () => {
    await seenOn("files");
    expect(project.result("backup_exporter")).toMatchObject({ files: { state: "changed" } });
    expect(project.on("files", "nft list table inet cdktf_monitoring")).toContain("9150");
  },
  DEPLOY,
);

test(
  "a second deploy changes nothing",
  async () => {
    const before = project.runTimes;
    expect(await project.up()).toContain("No changes.");
    expect(project.runTimes).toEqual(before);
  },
  DEPLOY,
);

test(
  "where it is not placed any more it is left alone, and named",
  async () => {
    project.edit("examples/own-component.ts", (text) => text.replace("BackupExporter(files", "BackupExporter(hub"));
    expect(await project.up()).toContain(
      "installed by user-provided playbooks, and left in place: backup_exporter; uninstall them by hand",
    );
    await seenOn("hub");
    expect(project.on("files", "systemctl is-active backup_exporter")).toBe("active");
    expect(project.result("backup_exporter")).toMatchObject({ hub: { state: "changed" } });
  },
  DEPLOY,
);
