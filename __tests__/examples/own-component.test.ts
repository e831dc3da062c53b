import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import { Synthesized } from "../support/synth";

const folder = mkdtempSync(join(tmpdir(), "example-own-"));

beforeAll(() => {
  execFileSync("npx", ["tsx", "examples/own-component.ts"], {
    cwd: projectRoot,
    env: {
      ...process.env,
      CDKTF_OUTDIR: folder,
      LOCAL_PREFIX: undefined,
      LOCAL_SUBNET: undefined,
      LOCAL_DEBIAN: undefined,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("a user-provided component accepts connections only from Prometheus and technicians", () => {
  const access = readFileSync(join(folder, "stacks", "own-component", "access.md"), "utf8");
  const rows = access.split("\n").filter((line) => line.includes("backup_exporter (http)"));
  expect(rows.map((row) => row.split("|").map((cell) => cell.trim()))).toEqual([
    ["", "198.18.0.1/32", "files", "9150/tcp", "backup_exporter (http)", "technician access", ""],
    ["", "prometheus on hub", "files", "9150/tcp", "backup_exporter (http)", "scrapes job backup", ""],
  ]);
});

test("a user-provided component is scraped on its server", () => {
  const targets = Synthesized.of("own-component", folder).run("prometheus").hosts.hub?.prometheus_targets as {
    readonly job: string;
    readonly targets: readonly { readonly address: string; readonly labels: object }[];
  }[];
  const [job, ...others] = targets.filter((each) => each.job === "backup");
  expect(others).toEqual([]);
  expect(job?.targets).toEqual([
    {
      address: expect.stringMatching(/^198\.18\.\d+\.\d+:9150$/) as string,
      labels: { instance: "files", monitoring: "monitoring" },
    },
  ]);
});

test("the run of a user-provided component has its playbook, its variables and only its server", () => {
  const stack = Synthesized.of("own-component", folder);
  const run = stack.run("backup_exporter");
  expect(run.vars).toMatchObject({
    monitoring_run: { playbook: "backup_exporter.yml", component: false, own: true },
    monitoring_artifacts: [],
  });
  expect(Object.keys(run.hosts)).toEqual(["files"]);
  expect({ ...run.vars, ...run.hosts.files }).toMatchObject({
    backup_exporter_port: 9150,
    backup_exporter_folder: "/var/backups",
  });
});
