import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { filesHash, GeneratedFile } from "../../lib/inventory/generated-file";
import { Variables } from "../../lib/inventory/variables";
import { Architecture } from "../../lib/servers/architecture";
import { RunResult } from "../../tools/cli/process";
import { architecture, componentRun, Lab, RUN_TIMEOUT } from "../support/lab";

const lab = new Lab("e2e-roles", "198.18.80.0/20", ["one"]);
const generatedFiles = mkdtempSync(join(tmpdir(), "e2e-roles-files-"));

const PROMETHEUS: Variables = {
  prometheus_port: 9090,
  prometheus_external_url: "http://198.18.80.10:9090",
  prometheus_retention_time: "15d",
  prometheus_targets: [
    { job: "prometheus", targets: [{ address: "198.18.80.10:9090", labels: { instance: "one", monitoring: "test" } }] },
  ],
};

const RULES = 'groups: [{name: g, rules: [{alert: A, expr: vector(1), annotations: {summary: "{{ $value }}"}}]}]';
const PAGE = { path: "web/runbooks.html", content: "<h1>Runbooks</h1>" };
const CONFIG = "templates: [templates/*.tmpl]\nroute: {receiver: nobody}\nreceivers: [{name: nobody}]\n";
const TEMPLATE = '{{ define "own" }}{{ template "monitoring.grafana" . }}{{ end }}';

/** Generated files of each role, as a synthesis writes them. */
const FILES: Readonly<Record<string, readonly GeneratedFile[]>> = {
  prometheus: [{ path: "rules/own.yml", content: RULES }, PAGE],
  alertmanager: [
    { path: "alertmanager.yml", content: CONFIG },
    { path: "templates/own.tmpl", content: TEMPLATE },
  ],
};

/** Plays the role of a component. */
async function play(kind: string, variables: Variables, ...options: string[]): Promise<RunResult> {
  return playWith(FILES[kind] ?? [], kind, variables, ...options);
}

/** Plays the role of a component with other generated files. */
async function playWith(
  files: readonly GeneratedFile[],
  kind: string,
  variables: Variables,
  ...options: string[]
): Promise<RunResult> {
  const folder = mkdtempSync(join(generatedFiles, "run-"));
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, "one", path)), { recursive: true });
    writeFileSync(join(folder, "one", path), content);
  }
  const all = files.length === 0 ? variables : { ...variables, monitoring_files_sha256: filesHash(files) };
  return lab.play(kind, [componentRun(kind, { one: all })], "--files", folder, ...options);
}

const on = (command: string): string => lab.on("one", command);

/** Describes all files that a role can change. */
const fingerprint = (): string =>
  on(
    "find /etc /opt /usr /var/lib/monitoring -xdev -printf '%p %i %C@\\n' 2>/dev/null | grep -v ' /etc/ssh' | sort | md5sum",
  );

const pid = (service: string): string => on(`systemctl show --property=MainPID --value ${service}`);

const executedTasks = (kind: string): string[] =>
  lab
    .result(kind)
    .tasks.filter(({ begin }) => !begin)
    .map(({ name }) => name);

beforeAll(async () => {
  await lab.create();
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(generatedFiles, { recursive: true });
}, RUN_TIMEOUT);

describe("on a fresh server", () => {
  test.each([
    ["node_exporter", {}],
    ["prometheus", PROMETHEUS],
    ["alertmanager", {}],
  ])(
    "a check of %s succeeds and changes nothing",
    async (kind, variables) => {
      const before = fingerprint();
      const { code, stdout } = await play(kind, variables, "--check");
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
      expect(fingerprint()).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "a port in use fails the run with the name of its process, and nothing changes",
    async () => {
      on("systemd-run --quiet --unit=squatter --service-type=exec python3 -m http.server --bind 198.18.80.10 9100");
      const before = fingerprint();
      const { code, stdout } = await play("node_exporter", { node_exporter_port: 9100 });
      on("systemctl stop squatter");
      expect(code).not.toBe(0);
      expect(stdout).toMatch(
        /port 9100 is in use by python3 \(process \d+\): stop it, or give node_exporter another port/,
      );
      expect(fingerprint()).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "a wrong declared architecture fails the run, and nothing changes",
    async () => {
      const other = architecture === Architecture.AMD64 ? Architecture.ARM64 : Architecture.AMD64;
      const before = fingerprint();
      const { code, stdout } = await lab.playInventory(
        "node_exporter",
        lab.inventory([componentRun("node_exporter", { one: {} })], other),
      );
      expect(code).not.toBe(0);
      expect(stdout).toContain(`the server is ${architecture}, but was declared as ${other}: correct its architecture`);
      expect(fingerprint()).toBe(before);
    },
    RUN_TIMEOUT,
  );
});

describe("a role", () => {
  test.each([
    ["node_exporter", {}],
    ["prometheus", PROMETHEUS],
    ["alertmanager", {}],
  ])(
    "installs %s in at most nine tasks",
    async (kind, variables) => {
      const { code, stdout } = await play(kind, variables);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
      const tasks = executedTasks(kind);
      expect(tasks.length).toBeGreaterThan(3);
      expect(tasks.length).toBeLessThanOrEqual(9);
    },
    RUN_TIMEOUT,
  );

  const broken = (kind: string, path: string, content: string): GeneratedFile[] => [
    ...(FILES[kind] ?? []).filter((file) => file.path !== path),
    { path, content },
  ];

  test.each<[string, string, string, readonly GeneratedFile[], Variables, RegExp]>([
    [
      "a configuration",
      "promtool",
      "prometheus",
      FILES.prometheus ?? [],
      { ...PROMETHEUS, prometheus_scrape_interval: "never" },
      /not a valid duration string/,
    ],
    [
      "a rule",
      "promtool",
      "prometheus",
      broken("prometheus", "rules/own.yml", RULES.replace("$value", "nosuch $value")),
      { ...PROMETHEUS, prometheus_targets: [] },
      /rules\/own\.yml: .*function "nosuch" not defined/,
    ],
    [
      "a route",
      "amtool",
      "alertmanager",
      broken("alertmanager", "alertmanager.yml", CONFIG.replace("nobody", "somebody")),
      {},
      /undefined receiver "somebody"/,
    ],
    [
      "a template",
      "amtool",
      "alertmanager",
      broken("alertmanager", "templates/own.tmpl", TEMPLATE.replace("{{ end }}", "")),
      {},
      /own\.tmpl:1: unexpected EOF/,
    ],
  ])(
    "changes nothing if %s is rejected by %s",
    async (_file, _checker, kind, files, variables, message) => {
      const state = `find /etc/${kind} -printf '%p %i %C@\n' | sort | md5sum; systemctl show --property=MainPID ${kind}`;
      const before = on(state);
      const { code, stdout } = await playWith(files, kind, variables);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(message);
      expect(on(state)).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "reloads Prometheus for changed rules, and serves the runbooks below the external URL",
    async () => {
      const before = pid("prometheus");
      const renamed = [{ path: "rules/other.yml", content: RULES.replace("alert: A", "alert: B") }, PAGE];
      expect((await playWith(renamed, "prometheus", PROMETHEUS)).code).toBe(0);
      expect(pid("prometheus")).toBe(before);
      expect(on("ls /etc/prometheus/rules")).toBe("other.yml");
      const rules = on("sleep 1; curl -s 198.18.80.10:9090/api/v1/rules");
      expect(rules).toContain('"name":"B"');
      expect(rules).not.toContain('"name":"A"');
      expect(on("curl -s 198.18.80.10:9090/user/runbooks.html")).toBe(PAGE.content);
    },
    RUN_TIMEOUT,
  );

  test(
    "reloads Prometheus for a changed configuration, and restarts it only for changed flags",
    async () => {
      const before = pid("prometheus");
      expect((await play("prometheus", { ...PROMETHEUS, prometheus_scrape_interval: "14s" })).code).toBe(0);
      expect(pid("prometheus")).toBe(before);
      expect(on("curl -s 198.18.80.10:9090/api/v1/status/config")).toContain("scrape_interval: 14s");
      expect((await play("prometheus", { ...PROMETHEUS, prometheus_retention_time: "20d" })).code).toBe(0);
      expect(pid("prometheus")).not.toBe(before);
    },
    2 * RUN_TIMEOUT,
  );

  test(
    "reloads Alertmanager for changed routes and links, and restarts it only for changed flags",
    async () => {
      const before = pid("alertmanager");
      const changed = [{ path: "alertmanager.yml", content: CONFIG.replaceAll("nobody", "somebody") }];
      const grafana = { alertmanager_grafana_url: "http://192.0.2.1:3000" };
      expect((await playWith(changed, "alertmanager", grafana)).code).toBe(0);
      expect(pid("alertmanager")).toBe(before);
      expect(on("sleep 1; curl -s 198.18.80.10:9093/api/v2/status")).toContain("receiver: somebody");
      expect(on("ls /etc/alertmanager/templates")).toBe("links.tmpl");
      expect(on("cat /etc/alertmanager/templates/links.tmpl")).toContain(
        '{{ define "monitoring.grafana" }}http://192.0.2.1:3000{{ end }}',
      );
      const flags = { ...grafana, alertmanager_retention: "240h" };
      expect((await playWith(changed, "alertmanager", flags)).code).toBe(0);
      expect(pid("alertmanager")).not.toBe(before);
    },
    2 * RUN_TIMEOUT,
  );

  test(
    "removes targets that the inventory no longer contains",
    async () => {
      expect((await play("prometheus", { ...PROMETHEUS, prometheus_targets: [] })).code).toBe(0);
      expect(on("ls /etc/prometheus/targets")).toBe("");
    },
    RUN_TIMEOUT,
  );
});
