import { TerraformStack } from "cdktf";
import {
  ExistingServer,
  FirewallMode,
  Loki,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  OnLeave,
  Prometheus,
} from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

function topology(stack: TerraformStack, onLeave: OnLeave): void {
  const monitoring = new Monitoring(stack, "monitoring", { technicians: [] });
  const server = new ExistingServer(stack, "hub-server", { address: "203.0.113.1" });
  const hub = new MonitoringHost(stack, "hub", { monitoring, server });
  new Prometheus(hub, "prometheus");
  new Loki(hub, "loki");
  new MonitoredServer(stack, "app", {
    monitoring,
    server: new ExistingServer(stack, "app-server", { address: "203.0.113.7", onLeave }),
    firewall: FirewallMode.STRICT,
    exporters: [{ job: "postgres", port: 9187 }],
  });
}

const synthesized = (onLeave: OnLeave): Synthesized =>
  synth((stack) => {
    topology(stack, onLeave);
  });

describe("the step that records the members", () => {
  const stack = synthesized(OnLeave.UNINSTALL);
  const path = "test/monitoring/members";

  it("runs before all runs, and depends on nothing but the servers", () => {
    const { depends_on, triggers } = stack.nullResource(path);
    expect(depends_on).toBeUndefined();
    expect((triggers as Record<string, string>).members).toMatch(
      /^\$\{sha256\(jsonencode\(\[(local\.monitoring_data_\w+)\.all\.hosts, try\(keys\(\1\.all\.children\.run_log_agent\.hosts\), \[\]\)\]\)\)\}$/,
    );
    const runs = stack.paths.filter((each) => each.endsWith("/Resource"));
    expect(runs).toHaveLength(8);
    for (const each of runs)
      expect(stack.nullResource(each).depends_on).toContainEqual(expect.stringMatching(/^null_resource\..*_members_/));
  });

  it("receives the inventory and the machines of all monitorings", () => {
    const [provisioner] = stack.nullResource(path).provisioner ?? [];
    expect(provisioner?.["local-exec"]).toMatchObject({
      command: expect.stringMatching(/^exec python3 .*assets\/\S+\/members\.py$/) as string,
      environment: {
        MONITORING_MEMBERS: JSON.stringify({
          "203.0.113.1 22": 'test/monitoring as "hub"',
          "203.0.113.7 22": 'test/monitoring as "app"',
        }),
      },
    });
  });
});

it.each<[OnLeave, true | undefined]>([
  [OnLeave.UNINSTALL, true],
  [OnLeave.PURGE, true],
  [OnLeave.NOTHING, undefined],
])("says in the inventory whether a server that leaves is uninstalled: %s", (onLeave, uninstalled) => {
  expect(synthesized(onLeave).inventory.all.hosts.app?.monitoring_uninstall_on_leave).toBe(uninstalled);
});

it("does not mark servers that the stack destroys", () => {
  const stack = synth((scope) => {
    new Hub(scope).member("app");
  });
  expect(stack.inventory.all.hosts.app).not.toHaveProperty("monitoring_uninstall_on_leave");
});

it("stores the ports that a server exposes when it leaves, in strict mode all of them", () => {
  const { for_each: entries } = synthesized(OnLeave.UNINSTALL).resource("test/monitoring/departure") as {
    for_each: Record<string, { all: { children: { run_leave: { vars: object } } } }>;
  };
  expect(entries.app?.all.children.run_leave.vars).toMatchObject({
    monitoring_exposed_ports: [{ name: "postgres", port: 9187, protocol: "tcp" }],
    monitoring_strict: true,
  });
  expect(entries.hub?.all.children.run_leave.vars).toMatchObject({
    monitoring_exposed_ports: [],
    monitoring_strict: false,
  });
});
