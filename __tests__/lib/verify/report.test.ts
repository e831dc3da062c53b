import { CONTROLLER } from "../../../lib/verify/plan";
import { Commands } from "../../../lib/verify/failures";
import { makeReport, Report, reportLines, Status, statusOf } from "../../../lib/verify/report";
import { Changes, COMMANDS, fleet, measured, WELL } from "../../support/fleet";

const commands: Commands = {
  ...COMMANDS,
  kinds: ["node_exporter", "prometheus"],
  play: (run, server, force = false) => `play ${run} on ${server}${force ? " by force" : ""}`,
};

function report(changes: Changes = {}, given = fleet(), surplus?: readonly string[]): Report {
  return makeReport({ ...measured(given, changes), surplus }, commands);
}

/** The differences, each with how it is mended. */
const differences = (...args: Parameters<typeof report>): string[] =>
  report(...args).differences.map(({ problem, fix }) => `${problem} => ${fix}`);

const says = (...lines: string[]): { lines: string[] } => ({ lines: ["peer=10.0.0.1 22", ...lines] });

test("where all is well the report is a table of edges and a line for each promise", () => {
  expect(reportLines(report())).toEqual([
    "Tried from 2 of 2 servers and from this machine:",
    "",
    "FROM              TO          PORT      WHAT                SHOULD BE  IS",
    "hub           ->  app-0       tcp/9100  node_exporter_http  open       open",
    "this machine  ->  app-0, hub  tcp/9100  node_exporter_http  open       open      2 probes",
    "this machine  ->  app-0, hub  tcp/22    ssh                 open       open      2 probes",
    "app-0         ->  hub         tcp/9100  node_exporter_http  closed     filtered",
    "app-0         ->  hub         tcp/9090  prometheus_http     closed     filtered",
    "this machine  ->  hub         tcp/9090  prometheus_http     open       open",
    "",
    "In short",
    "  ok            targets: 3 of 3 up",
    "  ok            firewalls: loaded as deployed, and at boot: 2 of 2 servers",
    "  ok            exporters: reached by Prometheus' host and technicians only: 2 servers, 4 probes (3 let in, 1 dropped), 0 differences",
    "  ok            Prometheus: reached by Alertmanager, Grafana, its like and technicians only: 1 server, 2 probes (1 let in, 1 dropped), 0 differences",
    "  ok            all that is tried: 5 ports from 3 places, 8 probes (6 let in, 2 dropped), 0 differences",
  ]);
  expect(statusOf([report()])).toBe(Status.PASS);
});

test("what is not there to be read is told, and is no difference", () => {
  const unmatched = [{ job: "shop", path: "/var/log/shop/*.log" }];
  const said = `said=log_agent ${JSON.stringify({ unmatched })}`;
  const found = report({ answers: { "app-0": { lines: [...(WELL.lines ?? []), said] } } });
  const lines = reportLines(found);
  expect(lines.slice(lines.indexOf("Nothing to read"))[1]).toBe(
    '  app-0: there is no file /var/log/shop/*.log, which the log source "shop" reads',
  );
  expect(statusOf([found])).toBe(Status.PASS);
});

test("a large fleet where all is well has as many lines as a small one", () => {
  const lines = reportLines(report({}, fleet(300)));
  expect(lines.length).toBeLessThan(25);
  expect(lines).toContainEqual(
    expect.stringMatching(/^hub +-> +app-0 … app-299 \(300 servers\) +tcp\/9100 .* open +open +300 probes$/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^app-0 … app-9 \(10 servers\) +-> .* closed +filtered +\d+ probes$/),
  );
  expect(lines).toContainEqual(
    expect.stringContaining("from 290 of 301 servers: tried from all that monitor, and 10 others"),
  );
});

describe("a difference says what it means and how it is mended", () => {
  test.each([
    [
      "table=missing",
      "the firewall's table is not loaded on app-0: its ports are open to all => play firewall on app-0",
    ],
    [
      "table=changed",
      "the firewall's table on app-0 is not as it was loaded: somebody changed it => play firewall on app-0",
    ],
  ])("%s", (line, difference) => {
    expect(differences({ answers: { "app-0": says(line, "rules=current", "unit=enabled") } })).toEqual([difference]);
  });

  test("rules of another deploy, and a unit that is not enabled", () => {
    expect(differences({ answers: { "app-0": says("table=intact") } })).toEqual([
      "the firewall's rules on app-0 are not those of the last deploy => play firewall on app-0",
      "the firewall on app-0 is not loaded at boot: its unit is not enabled => play firewall on app-0",
    ]);
  });

  test("an open port is explained by what is wrong with the table", () => {
    const found = { "app-0 hub 9090": "open" };
    const said = [...(WELL.lines ?? [])];
    const missing = { hub: { lines: said.map((line) => (line === "table=intact" ? "table=missing" : line)) } };
    expect(differences({ found, answers: missing })).toContain(
      "app-0 -> hub tcp/9090 (prometheus_http): should be closed, is open => the firewall's table is not loaded on hub: play firewall on hub",
    );
    expect(differences({ found })).toEqual([
      expect.stringContaining("=> the firewall's table on hub is as it should be, so something leads around it"),
    ]);
  });

  test("a service that does not listen, and something that drops on the way", () => {
    expect(differences({ found: { "hub app-0 9100": "refused" } })).toEqual([
      "hub -> app-0 tcp/9100 (node_exporter_http): should be open, is refused => nothing listens there: play node_exporter on app-0 by force",
    ]);
    expect(differences({ found: { "hub app-0 9100": "filtered" } })).toEqual([
      expect.stringContaining(
        "=> something on the way drops it: play firewall on app-0; if that changes nothing, look at the cloud's",
      ),
    ]);
  });

  test("a datagram that does not come through, and one that should not", () => {
    const gossip = { name: "alertmanager_cluster", protocol: "udp", port: 9094, sources: ["10.0.0.10"] };
    const given = fleet(1, { ports: [gossip] });
    expect(differences({ found: { "hub app-0 9094": "dropped" } }, given)).toEqual([
      expect.stringContaining("should be open, is dropped => something on the way drops it: play firewall on app-0"),
    ]);
    expect(differences({ found: { [`${CONTROLLER} app-0 9094`]: "let in" } }, given)).toEqual([
      expect.stringContaining("should be closed, is let in => the firewall's table on app-0 is as it should be"),
    ]);
  });

  test("a rule of the cloud's firewall that is surplus", () => {
    expect(differences({}, fleet(), ["sg-1: tcp/9100 from 0.0.0.0/0"])).toEqual([
      "the cloud's firewall has a rule that is not of our making: sg-1: tcp/9100 from 0.0.0.0/0 => remove it there, or declare what needs it; the next deploy looks again",
    ]);
    expect(statusOf([report({}, fleet(), ["a rule"])])).toBe(Status.FAIL);
    expect(statusOf([report({}, fleet(), [])])).toBe(Status.PASS);
  });
});

describe("targets", () => {
  const said = (...targets: unknown[]): Changes => ({
    answers: { hub: { lines: [...(WELL.lines ?? []), `said=prometheus ${JSON.stringify(targets)}`] } },
  });
  const up = { job: "node", instance: "app-0", health: "up", error: "" };
  const hub = [
    { job: "node", instance: "hub", health: "up", error: "" },
    { job: "prometheus", instance: "hub", health: "up", error: "" },
  ];
  const line = (changes: Changes): string | undefined =>
    reportLines(report(changes)).find((text) => text.includes("targets: "));

  test("that are down, or that Prometheus does not know", () => {
    const down = said({ ...up, health: "down", error: "EOF" }, ...hub);
    expect(line(down)).toBe("  DIFFERS       targets: 2 of 3 up");
    expect(differences(down)).toEqual([expect.stringContaining("the target node/app-0 is down: EOF")]);
    expect(line(said(...hub))).toBe("  DIFFERS       targets: 2 of 3 up");
    expect(differences(said(...hub))).toEqual([
      "Prometheus on hub does not know the target node/app-0 => play prometheus on hub by force",
    ]);
  });

  test("that were not scraped yet, or whose server is not there, are not measured", () => {
    expect(line(said({ ...up, health: "unknown" }, ...hub))).toBe("  NOT MEASURED  targets: 2 of 3 up, 1 not measured");
    const { answers } = said({ ...up, health: "down" }, ...hub);
    const gone = { answers: { ...answers, "app-0": { unreachable: "no route to host" } } };
    expect(line(gone)).toBe("  NOT MEASURED  targets: 2 of 3 up, 1 not measured");
  });

  test("of a Prometheus that does not answer", () => {
    const silent = { answers: { hub: { lines: [...(WELL.lines ?? []), 'said=prometheus {"error": "no answer"}'] } } };
    expect(differences(silent)).toEqual(["Prometheus on hub: no answer => play prometheus on hub by force"]);
  });
});

test("a server that is not there is named once, and makes the whole not measured", () => {
  const gone = report({ answers: { "app-0": { unreachable: "no route\nto host" } } });
  expect(gone.unmeasured[0]).toBe("app-0: no route to host");
  expect(gone.unmeasured.filter((text) => text.includes("-> app-0"))).toEqual([]);
  expect(gone.differences).toEqual([]);
  expect(statusOf([gone])).toBe(Status.NOT_MEASURED);
  expect(statusOf([gone, report({ found: { "hub app-0 9100": "refused" } })])).toBe(Status.FAIL);
});

test("ports of UDP and TCP that share a number are two", () => {
  const both = ["tcp", "udp"].map((protocol) => ({ name: "exporter_dns", protocol, port: 53, sources: [] }));
  expect(reportLines(report({}, fleet(1, { ports: both }))).at(-1)).toContain("all that is tried: 6 ports");
});

test("what works against the firewall is a warning, for it may be on purpose", () => {
  const warned = report({
    answers: { "app-0": { lines: [...(WELL.lines ?? []), "conflict=port 9100 is redirected"] } },
  });
  expect(reportLines(warned)).toContain("  app-0: port 9100 is redirected");
  expect(statusOf([warned])).toBe(Status.PASS);
});

test("nothing at all is not fine", () => {
  expect(statusOf([])).toBe(Status.NOT_MEASURED);
  expect(statusOf([report({}, { servers: [], kinds: [], agents: [], targets: [] })])).toBe(Status.NOT_MEASURED);
});
