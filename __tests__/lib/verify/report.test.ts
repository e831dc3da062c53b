import { Commands } from "../../../lib/verify/failures";
import { Outcome } from "../../../lib/verify/outcome";
import { CONTROLLER } from "../../../lib/verify/plan";
import { conclusion, makeReport, Report, reportLines, Status, statusOf } from "../../../lib/verify/report";
import { Changes, checkLines, COMMANDS, fleet, healthy, measured } from "../../support/fleet";

const commands: Commands = {
  ...COMMANDS,
  kinds: ["node_exporter", "prometheus"],
  play: (run, server, force = false) => `play ${run} on ${server}${force ? " by force" : ""}`,
};

function report(changes: Changes = {}, given = fleet(), surplusRules?: readonly string[]): Report {
  return makeReport({ ...measured(given, changes), surplusRules }, commands);
}

/** The failures, each with its cause and its fix. */
const failures = (...args: Parameters<typeof report>): string[] =>
  report(...args).failures.map(({ problem, cause, fix }) =>
    [problem, ...(cause === undefined ? [] : [cause]), fix].join(" => "),
  );

const answer = (...lines: string[]): { lines: string[] } => ({ lines: ["peer=10.0.0.1 22", ...lines] });

/** The lines of a section, without its title. */
function section(title: string, lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => line.startsWith(title)) + 1;
  const length = lines.slice(start).indexOf("");
  return lines.slice(start, length === -1 ? undefined : start + length);
}

describe("reportLines", () => {
  it("prints a table of probes and a line for each check", () => {
    expect(reportLines(report())).toEqual([
      "Probes from 2 of 2 servers and from this machine:",
      "",
      "RESULT  FROM              TO          PORT      LISTENER            EXPECTED  OBSERVED",
      "PASS    hub           ->  app-0       tcp/9100  node_exporter_http  open      open",
      "PASS    this machine  ->  app-0, hub  tcp/9100  node_exporter_http  open      open      2 probes",
      "PASS    this machine  ->  app-0, hub  tcp/22    ssh                 open      open      2 probes",
      "PASS    app-0         ->  hub         tcp/9100  node_exporter_http  closed    filtered",
      "PASS    app-0         ->  hub         tcp/9090  prometheus_http     closed    filtered",
      "PASS    this machine  ->  hub         tcp/9090  prometheus_http     open      open",
      "",
      "Checks",
      "  PASS          scrape targets        1 Prometheus: 3 of 3 up",
      "  PASS          firewalls             deployed rules loaded now and at boot on 2 of 2 servers",
      "  PASS          drift                 nothing changed since the last deploy on 2 of 2 servers",
      "  PASS          node exporter access  only from Prometheus and technicians: 2 servers, 4 probes (3 allowed, 1 blocked)",
      "  PASS          Prometheus access     only from Alertmanager, Grafana, Loki, other Prometheus servers and technicians: 1 server, 2 probes (1 allowed, 1 blocked)",
      "  PASS          all ports             5 ports, 3 sources, 8 probes (6 allowed, 2 blocked)",
    ]);
  });

  it("marks a failed probe in the table, and prints its cause and its fix", () => {
    const lines = reportLines(report({ results: { "app-0 hub 9090": "open" } }));
    expect(lines).toContain("FAIL    app-0         ->  hub         tcp/9090  prometheus_http     closed    open");
    expect(section("Failures", lines)).toEqual([
      "  app-0 -> hub tcp/9090 (prometheus_http): expected closed, observed open",
      "      cause: the firewall table on hub is correct, so the packets bypass it",
      "      fix:   check other tables on hub (nft list ruleset)",
    ]);
    expect(section("Checks", lines)).toContain(
      "  FAIL          all ports             5 ports, 3 sources, 8 probes (6 allowed, 1 blocked, 1 failed)",
    );
  });

  it("prints details below a check", () => {
    const { checks, ...rest } = report();
    const [first] = checks;
    const lines = reportLines({ ...rest, checks: first ? [{ ...first, details: ["one", "two"] }] : [] });
    expect(section("Checks", lines)).toEqual([
      "  PASS          scrape targets  1 Prometheus: 3 of 3 up",
      "                  one",
      "                  two",
    ]);
  });

  it("names the unauthorized address that probes use", () => {
    const unauthorizedSource = { address: "192.0.2.2", servers: new Set(["hub"]) };
    expect(reportLines(report({ unauthorizedSource }))[0]).toBe(
      "Probes from 2 of 2 servers and from this machine, also from its unauthorized address 192.0.2.2:",
    );
  });

  it("lists log paths that match no file, which is no failure", () => {
    const unmatched = checkLines("log_agent", { unmatched: [{ job: "shop", path: "/var/log/shop/*.log" }] });
    const found = report({ answers: { "app-0": healthy(...unmatched) } });
    expect(section("Log paths that match no file", reportLines(found))).toEqual([
      '  app-0: /var/log/shop/*.log (log source "shop")',
    ]);
    expect(statusOf([found])).toBe(Status.PASS);
  });

  it("lists firewall conflicts, which are no failure", () => {
    const found = report({ answers: { "app-0": healthy("conflict=port 9100 is redirected") } });
    expect(section("Firewall conflicts", reportLines(found))).toEqual(["  app-0: port 9100 is redirected"]);
    expect(statusOf([found])).toBe(Status.PASS);
  });

  it("prints as many lines for a large fleet as for a small one", () => {
    const lines = reportLines(report({}, fleet(300)));
    expect(lines.length).toBeLessThan(25);
    expect(lines).toContainEqual(
      expect.stringMatching(/^PASS +hub +-> +app-0 … app-299 \(300 servers\) +tcp\/9100 .* open +open +300 probes$/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^PASS +app-0 … app-9 \(10 servers\) +-> .* closed +filtered +\d+ probes$/),
    );
    expect(section("Skipped", lines)).toEqual([
      expect.stringContaining("probes from 290 of 301 servers: the sources are all monitoring servers and 10 others"),
    ]);
  });

  it("counts UDP and TCP ports with the same number separately", () => {
    const both = ["tcp", "udp"].map((protocol) => ({ name: "exporter_dns", protocol, port: 53, sources: [] }));
    expect(reportLines(report({}, fleet(1, { ports: both }))).at(-1)).toContain("  6 ports, ");
  });
});

describe("the failures of a report", () => {
  it.each([
    ["table=missing", "the firewall table on app-0 is not loaded, so its ports are open to everybody"],
    ["table=changed", "the firewall table on app-0 was changed after it was loaded"],
  ])("contain the state of a firewall: %s", (line, problem) => {
    expect(failures({ answers: { "app-0": answer(line, "rules=current", "unit=enabled") } })).toEqual([
      `${problem} => play firewall on app-0`,
    ]);
  });

  it("contain rules of another deploy, and a unit that is not enabled", () => {
    expect(failures({ answers: { "app-0": answer("table=intact") } })).toEqual([
      "the firewall rules on app-0 are not those of the last deploy => play firewall on app-0",
      "the firewall on app-0 is not loaded at boot, because its unit is not enabled => play firewall on app-0",
    ]);
  });

  it("contain a server without nftables", () => {
    expect(failures({ answers: { "app-0": answer("table=unknown") } })).toEqual([
      "nftables is missing on app-0 => install nftables on app-0, then: play firewall on app-0",
    ]);
  });

  it("explain an open port by the state of the firewall table", () => {
    const results = { "app-0 hub 9090": "open" };
    const lines = (healthy().lines ?? []).map((line) => (line === "table=intact" ? "table=missing" : line));
    expect(failures({ results, answers: { hub: { lines } } })).toContain(
      "app-0 -> hub tcp/9090 (prometheus_http): expected closed, observed open => the firewall table on hub is not loaded => play firewall on hub",
    );
    expect(failures({ results })).toEqual([
      expect.stringContaining("=> the firewall table on hub is correct, so the packets bypass it =>"),
    ]);
  });

  it("explain a refused connection and a filtered one", () => {
    expect(failures({ results: { "hub app-0 9100": "refused" } })).toEqual([
      "hub -> app-0 tcp/9100 (node_exporter_http): expected open, observed refused => nothing listens on the port => play node_exporter on app-0 by force",
    ]);
    expect(failures({ results: { "hub app-0 9100": "filtered" } })).toEqual([
      "hub -> app-0 tcp/9100 (node_exporter_http): expected open, observed filtered => the packets are dropped on the way => play firewall on app-0; if the port stays closed, check the cloud firewall and other tables on app-0 (nft list ruleset)",
    ]);
  });

  it("explain datagrams that are dropped or received against the rules", () => {
    const gossip = { name: "alertmanager_cluster", protocol: "udp", port: 9094, sources: ["10.0.0.10"] };
    const given = fleet(1, { ports: [gossip] });
    expect(failures({ results: { "hub app-0 9094": "dropped" } }, given)).toEqual([
      expect.stringContaining(
        "expected open, observed dropped => the packets are dropped on the way => play firewall on app-0;",
      ),
    ]);
    expect(failures({ results: { [`${CONTROLLER} app-0 9094`]: "received" } }, given)).toEqual([
      expect.stringContaining("expected closed, observed received => the firewall table on app-0 is correct"),
    ]);
  });

  it("contain surplus rules of the cloud firewall", () => {
    expect(failures({}, fleet(), ["sg-1: tcp/9100 from 0.0.0.0/0"])).toEqual([
      "the cloud firewall has a rule that the stack did not create: sg-1: tcp/9100 from 0.0.0.0/0 => remove the rule, or declare the connection that needs it; the next deploy checks again",
    ]);
    expect(statusOf([report({}, fleet(), ["a rule"])])).toBe(Status.FAIL);
    expect(statusOf([report({}, fleet(), [])])).toBe(Status.PASS);
  });
});

describe("scrape targets", () => {
  const prometheus = (values: object): Changes => ({ answers: { hub: healthy(...checkLines("prometheus", values)) } });
  const withTargets = (...targets: unknown[]): Changes => prometheus({ targets });
  const up = { job: "node", instance: "app-0", health: "up", error: "" };
  const hub = [
    { job: "node", instance: "hub", health: "up", error: "" },
    { job: "prometheus", instance: "hub", health: "up", error: "" },
  ];
  const line = (changes: Changes): string | undefined =>
    reportLines(report(changes)).find((text) => text.includes("scrape targets"));

  it("fail if they are down or missing in Prometheus", () => {
    const down = withTargets({ ...up, health: "down", error: "EOF" }, ...hub);
    expect(line(down)).toBe("  FAIL          scrape targets        1 Prometheus: 2 of 3 up");
    expect(failures(down)).toEqual([expect.stringContaining("the target node/app-0 is down: EOF => if the port is")]);
    expect(line(withTargets(...hub))).toBe("  FAIL          scrape targets        1 Prometheus: 2 of 3 up");
    expect(failures(withTargets(...hub))).toEqual([
      "Prometheus on hub does not have the target node/app-0 => play prometheus on hub by force",
    ]);
  });

  it("are not measured before the first scrape, or if their server does not answer", () => {
    const notMeasured = "  NOT MEASURED  scrape targets        1 Prometheus: 2 of 3 up, 1 not measured";
    expect(line(withTargets({ ...up, health: "unknown" }, ...hub))).toBe(notMeasured);
    const { answers } = withTargets({ ...up, health: "down" }, ...hub);
    expect(line({ answers: { ...answers, "app-0": { unreachable: "no route to host" } } })).toBe(notMeasured);
  });

  it("fail if Prometheus does not answer", () => {
    expect(failures(prometheus({ error: "no answer" }))).toEqual([
      "Prometheus on hub: no answer => play prometheus on hub by force",
    ]);
  });
});

describe("statusOf", () => {
  it("is not measured if a server does not answer, which is reported once", () => {
    const gone = report({ answers: { "app-0": { unreachable: "no route\nto host" } } });
    expect(gone.notMeasured[0]).toBe("app-0: no route to host");
    expect(gone.notMeasured.filter((text) => text.includes("-> app-0"))).toEqual([]);
    expect(gone.failures).toEqual([]);
    expect(statusOf([gone])).toBe(Status.NOT_MEASURED);
    expect(statusOf([gone, report({ results: { "hub app-0 9100": "refused" } })])).toBe(Status.FAIL);
  });

  it("is not measured without any check", () => {
    expect(statusOf([])).toBe(Status.NOT_MEASURED);
    expect(statusOf([report({}, { servers: [], kinds: [], agents: [], targets: [] })])).toBe(Status.NOT_MEASURED);
  });
});

describe("conclusion", () => {
  const failed = report({ results: { "hub app-0 9100": "refused" } });
  const gone = report({ answers: { "app-0": { unreachable: "no route" } } });
  const FAILED = "2 checks failed: node exporter access, all ports. 1 probe failed: hub -> app-0 tcp/9100.";

  it("names the checks and probes that failed, and the checks that were not measured", () => {
    expect(conclusion([report()])).toBe("All checks passed.");
    expect(conclusion([failed])).toBe(FAILED);
    const notMeasured = gone.checks.filter(({ outcome }) => outcome === Outcome.NOT_MEASURED).map(({ name }) => name);
    expect(notMeasured).toEqual(["firewalls", "drift", "node exporter access", "Prometheus access", "all ports"]);
    expect(conclusion([gone])).toBe(`No check failed, but 5 could not be measured: ${notMeasured.join(", ")}.`);
    expect(conclusion([failed, gone])).toBe(`${FAILED} 5 checks could not be measured: ${notMeasured.join(", ")}.`);
    expect(conclusion([])).toBe("No check failed, but not everything could be measured.");
  });

  it("names a failed check without a failed probe, and only some of many failed probes", () => {
    const targets = { targets: [{ job: "node", instance: "hub", health: "down", error: "EOF" }] };
    const down = report({ answers: { hub: healthy(...checkLines("prometheus", targets)) } }, fleet(0));
    expect(conclusion([down])).toBe("1 check failed: scrape targets.");
    const results = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`hub app-${index} 9100`, "refused"]));
    expect(conclusion([report({ results }, fleet(12))])).toMatch(
      /^2 checks failed: .*\. 12 probes failed: hub -> app-0 tcp\/9100, .*hub -> app-9 tcp\/9100 and 2 more\.$/,
    );
  });

  it("names skipped checks, which do not change the status", () => {
    const given = fleet(0);
    const hosts = given.servers.map((host) => ({ ...host, componentUrls: { alertmanager: "http://10.0.0.10:9093" } }));
    const result = checkLines("alertmanager", { members: 1, watchdog: true, deliveries: [] });
    const silent = report({ answers: { hub: healthy(...result) } }, { ...given, servers: hosts });
    expect(conclusion([silent])).toBe("All checks passed. Skipped: alert delivery.");
    expect(statusOf([silent])).toBe(Status.PASS);
    expect(reportLines(silent)).toContainEqual(
      expect.stringMatching(/^ {2}SKIPPED {7}alert delivery +1 Alertmanager: no receivers, so nobody is notified$/),
    );
  });
});
