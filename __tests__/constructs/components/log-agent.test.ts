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

/** A hub with Prometheus and, where it says so, a Loki, and a server whose nginx is read. */
function watched(agent = LogAgent.alloy(), loki = true): Synthesized {
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

/** What a synthesis made for the log agent of a server. */
function made(stack: Synthesized, server: string): { readonly names: string[]; read(name: string): string } {
  const folder = join(stack.directory, "files", "log_agent", server);
  return {
    names: readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.includes("."))
      .sort(),
    read: (name) => readFileSync(join(folder, name), "utf8"),
  };
}

describe("where a Loki is placed", () => {
  test("every member has a log agent, whether it joined before or after", () => {
    const stack = watched();
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

  test("the agents' files are made, for the program that was chosen", () => {
    expect(made(watched(), "before").names).toEqual([
      "config.alloy",
      "targets/nginx.yml",
      "targets/shop.yml",
      "without-journal/auth.yml",
    ]);
    const files = made(watched(LogAgent.promtail()), "hub");
    expect(files.names).toEqual(["promtail.yml", "without-journal/auth.yml"]);
    expect(files.read("promtail.yml")).toMatch(/instance: hub\n +monitoring: monitoring\n/);
  });

  test("the components' own logs are read on their servers, by the journals of their units", () => {
    const hub = made(watched(), "hub").read("config.alloy");
    for (const kind of ["prometheus", "loki", "node_exporter", "log_agent"])
      expect(hub).toContain(`replacement = "${kind};application;logfmt"`);
    expect(made(watched(), "after").read("config.alloy")).not.toContain('"prometheus;');
  });

  test("agents reach Loki, and are scraped", () => {
    const stack = watched();
    const targets = stack.variables("prometheus", "hub").prometheus_targets as { job: string; targets: unknown[] }[];
    expect(targets.find(({ job }) => job === "log_agent")?.targets).toHaveLength(3);
  });

  test("Promtail is warned of, once", () => {
    const warnings = watched(LogAgent.promtail()).warnings.filter((text) => text.includes("Promtail"));
    expect(warnings).toEqual([
      expect.stringContaining(
        "Promtail gets no updates any more since 2026-03-02: choose LogAgent.alloy(), which goes on where it was",
      ),
    ]);
    expect(watched().warnings.join()).not.toContain("updates");
  });
});

test("where none is placed, there is no log agent", () => {
  expect(watched(LogAgent.promtail(), false).paths.join()).not.toContain("log_agent");
});

describe("what is refused", () => {
  test("two log sources of one name, ours included", () => {
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
      expect(clash(name)).toThrow(`there are two log sources of the name "${name}": give one another name`);
  });

  test("several Lokis on different ports, or with names for addresses", () => {
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
    expect(build).toThrow("several Lokis must listen on the same port");
    expect(build).toThrow("several Lokis must be known by IP addresses, and one is logs.example.org:3200");
  });
});
