import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ExistingNetwork,
  ExistingServer,
  LogAgent,
  LogFormat,
  Loki,
  LogSource,
  MonitoredServer,
  MonitoringHost,
} from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

/** Synthesizes a hub with Prometheus, with or without Loki, a server with log sources and one without. */
function stackWith(agent = LogAgent.alloy(), loki = true): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack, {}, { logAgent: agent });
    new MonitoredServer(stack, "before", {
      monitoring: hub.monitoring,
      server: hub.server("before"),
      logs: [LogSource.nginx(), LogSource.files("shop", { paths: ["/srv/shop/*.log"], format: LogFormat.JSON })],
    });
    if (loki) new Loki(hub.host, "loki");
    new MonitoredServer(stack, "after", {
      monitoring: hub.monitoring,
      server: hub.server("after"),
      logAgent: { port: 9999 },
    });
  });
}

/** Returns the generated files of a server's log agent. */
function filesOf(stack: Synthesized, server: string): { readonly names: string[]; read(name: string): string } {
  const folder = join(stack.directory, "files", "log_agent", server);
  return {
    names: readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.includes("."))
      .sort(),
    read: (name) => readFileSync(join(folder, name), "utf8"),
  };
}

describe("with Loki", () => {
  test("every member has a log agent, even if it joined before Loki", () => {
    const stack = stackWith();
    expect(Object.keys(stack.run("log_agent").hosts).sort()).toEqual(["after", "before", "hub"]);
    expect(stack.variables("log_agent", "before")).toMatchObject({
      log_agent_program: "alloy",
      log_agent_port: 9080,
      log_agent_lokis: [{ address: expect.stringMatching(/^198\.18\./) as string, port: 3100 }],
      log_agent_sources: ["nginx.yml", "shop.yml"],
      log_agent_folders: [{ folder: "/srv/shop", listed: "", passed: "", files: "[^/]*\\.log", except: "" }],
    });
    expect(stack.variables("log_agent", "after")).toMatchObject({ log_agent_port: 9999, log_agent_sources: [] });
  });

  test("the generated files match the selected agent", () => {
    expect(filesOf(stackWith(), "before").names).toEqual([
      "config.alloy",
      "targets/nginx.yml",
      "targets/shop.yml",
      "without-journal/auth.yml",
    ]);
    const files = filesOf(stackWith(LogAgent.promtail()), "hub");
    expect(files.names).toEqual(["promtail.yml", "without-journal/auth.yml"]);
    expect(files.read("promtail.yml")).toMatch(/instance: hub\n +monitoring: monitoring\n/);
  });

  test("agents read the logs of the components on their servers", () => {
    const hub = filesOf(stackWith(), "hub").read("config.alloy");
    for (const kind of ["prometheus", "loki", "node_exporter", "log_agent"])
      expect(hub).toContain(`replacement = "${kind};application;logfmt"`);
    expect(filesOf(stackWith(), "after").read("config.alloy")).not.toContain('"prometheus;');
  });

  test("Prometheus scrapes all agents", () => {
    const stack = stackWith();
    const targets = stack.variables("prometheus", "hub").prometheus_targets as { job: string; targets: unknown[] }[];
    expect(targets.find(({ job }) => job === "log_agent")?.targets).toHaveLength(3);
  });

  test("the synthesis warns about Promtail once", () => {
    const warnings = stackWith(LogAgent.promtail()).warnings.filter((text) => text.includes("Promtail"));
    expect(warnings).toEqual([
      expect.stringContaining(
        "Promtail has had no updates since 2026-03-02: use LogAgent.alloy(), which continues at the position where Promtail stopped",
      ),
    ]);
    expect(stackWith().warnings.join()).not.toContain("updates");
  });
});

test("without Loki there is no log agent", () => {
  expect(stackWith(LogAgent.promtail(), false).paths.join()).not.toContain("log_agent");
});

describe("the synthesis rejects", () => {
  test("two log sources with the same name, including built-in ones", () => {
    const clash =
      (name: string): (() => Synthesized) =>
      () =>
        synth((stack) => {
          const hub = new Hub(stack);
          new Loki(hub.host, "loki");
          new MonitoredServer(stack, "app", {
            monitoring: hub.monitoring,
            server: hub.server("app"),
            logs: [LogSource.nginx(), LogSource.files(name, { paths: ["/srv/x.log"] })],
          });
        });
    for (const name of ["nginx", "sshd", "auth", "node_exporter"])
      expect(clash(name)).toThrow(`logs: two log sources are called "${name}": rename one of them`);
  });

  test("several Lokis with different ports or with host names", () => {
    const build = (): Synthesized =>
      synth((stack) => {
        const hub = new Hub(stack);
        new Loki(hub.host, "loki");
        const network = new ExistingNetwork(stack, "elsewhere");
        const server = new ExistingServer(stack, "named", {
          network,
          name: "named",
          address: "logs.example.org",
          user: "root",
        });
        new Loki(new MonitoringHost(stack, "other", { monitoring: hub.monitoring, server }), "loki", { port: 3200 });
      });
    expect(build).toThrow("the Lokis listen on different ports: use the same port for all of them");
    expect(build).toThrow(
      "the address of a Loki is the name logs.example.org:3200, but several Lokis need IP addresses",
    );
  });
});
