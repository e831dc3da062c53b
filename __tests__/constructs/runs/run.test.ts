import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformStack, Testing } from "cdktf";
import { PlaybookRun, Secret } from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

const run = (stack: Synthesized, name: string): ReturnType<Synthesized["nullResource"]> =>
  stack.nullResource(`test/monitoring/${name}/Resource`);

describe("a run", () => {
  const stack = synth((scope) => {
    new Hub(scope).member("app");
  });

  test("is triggered by its files, its data, an interruption, and certificates that end", () => {
    const record = 'jsondecode(file("../../../.cdktf-monitoring/test/certificates/prometheus.json"))';
    expect(run(stack, "prometheus").triggers).toEqual({
      certificates: `\${try(${record}.renewals + (timecmp(plantimestamp(), ${record}.due) >= 0 ? 1 : 0), 0)}`,
      content: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      data: expect.stringMatching(
        /^\$\{sha256\(jsonencode\(\[(local\.monitoring_data_\w+)\.all\.children\.run_prometheus, \{ for host in keys\(\1\.all\.children\.run_prometheus\.hosts\) : host => \1\.all\.hosts\[host\]\.monitoring_server \}\]\)\)\}$/,
      ) as string,
      interrupted:
        '${try(filesha256("../../../.cdktf-monitoring/test/in-flight/prometheus"), filesha256("../../../.cdktf-monitoring/test/repeated/prometheus"), "")}',
    });
  });

  test("passes the inventory in the environment instead of the command", () => {
    const [provisioner] = run(stack, "prometheus").provisioner ?? [];
    expect(provisioner?.["local-exec"]).toEqual({
      command: expect.stringMatching(
        /^exec python3 -E -s -B -X utf8 assets\/\S+\/run\.py prometheus --files files\/prometheus$/,
      ) as string,
      environment: {
        MONITORING_STATE: "../../../.cdktf-monitoring/test",
        MONITORING_TRUST: "first-use",
        MONITORING_INVENTORY: expect.stringMatching(
          /^\$\{base64gzip\(jsonencode\(local\.monitoring_data_\w+\)\)\}$/,
        ) as string,
      },
    });
  });

  test("is triggered by the machine's identity, so that a rebuilt server is provisioned", () => {
    const server = stack.inventory.all.hosts.app?.monitoring_server as Record<string, string>;
    expect(server).toMatchObject({
      name: "app",
      id: expect.stringMatching(/^\$\{local\.network_machines_\w+\["app"\]\}$/) as string,
    });
  });
});

test("a new member changes Prometheus' targets, but not the data of other servers", () => {
  const build = (more: boolean): Synthesized =>
    synth((scope) => {
      const hub = new Hub(scope);
      hub.member("app");
      if (more) hub.member("web");
    });
  const [before, after] = [build(false), build(true)];
  expect(after.consumed("node_exporter", "app")).toEqual(before.consumed("node_exporter", "app"));
  expect(after.run("prometheus").hosts.hub).toEqual({
    ...before.run("prometheus").hosts.hub,
    prometheus_targets: expect.anything() as unknown,
  });
});

describe("a user-provided playbook", () => {
  let folder: string;
  let playbook: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "playbook-run-"));
    mkdirSync(join(folder, "site"));
    playbook = join(folder, "site", "site.yml");
    writeFileSync(playbook, "- hosts: run_site\n");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("runs on all members by default, with its variables and references to its secrets", () => {
    const stack = synth((scope) => {
      const hub = new Hub(scope);
      new PlaybookRun(hub.monitoring, "site", {
        playbook,
        variables: { greeting: "{{ ${x}", list: [1, true] },
        secrets: { token: Secret.fromEnvironment("TOKEN") },
      });
      hub.member("app");
    });
    expect(stack.run("site").vars).toEqual({
      monitoring_run: { playbook: "site.yml", content: expect.any(String) as string, component: false },
      monitoring_artifacts: [],
      monitoring_secrets: [{ name: "token", environment: "TOKEN", version: "1" }],
      greeting: { __ansible_unsafe: "{{ $${x}" },
      list: [1, true],
    });
    expect(Object.keys(stack.run("site").hosts)).toEqual(["app", "hub"]);
    expect(run(stack, "site").provisioner?.[0]?.["local-exec"].command).toMatch(
      /run\.py site --playbook assets\/\S+\/site\.yml$/,
    );
  });

  test("runs again if a file in its folder changes", () => {
    const content = (): unknown => {
      const { triggers } = run(
        synth((scope) => new PlaybookRun(new Hub(scope).monitoring, "site", { playbook })),
        "site",
      );
      return (triggers as Record<string, string>).content;
    };
    const before = content();
    writeFileSync(join(folder, "site", "index.html"), "hello");
    expect(content()).not.toBe(before);
  });

  test.each([
    ["no-underscore", {}, 'test/monitoring/no-underscore: "no-underscore" is not a valid name of a run'],
    ["site", { playbook: "/nowhere/site.yml" }, "test/monitoring/site: the playbook /nowhere/site.yml does not exist"],
    ["site", { variables: { "a-b": 1 } }, 'test/monitoring/site: variables: "a-b" is not a variable name'],
  ])("is rejected if it is invalid: %s %j", (id, props, message) => {
    const hub = new Hub(new TerraformStack(Testing.app(), "test"));
    expect(() => new PlaybookRun(hub.monitoring, id, { playbook, ...props })).toThrow(message);
  });

  test("is rejected in the root folder of a project", () => {
    const hub = new Hub(new TerraformStack(Testing.app(), "test"));
    writeFileSync(join(folder, "site", "package.json"), "{}");
    expect(() => new PlaybookRun(hub.monitoring, "site", { playbook })).toThrow(
      "is in the root of a project: move it to a separate folder",
    );
  });

  test("is rejected on servers of another monitoring", () => {
    const stack = new TerraformStack(Testing.app(), "test");
    const hub = new Hub(stack);
    const other = new Hub(new TerraformStack(Testing.app(), "other"));
    expect(() => new PlaybookRun(hub.monitoring, "site", { playbook, hosts: [other.host] })).toThrow(
      'the server "hub" belongs to another monitoring (other/monitoring): remove it from hosts',
    );
  });
});
