import { deployPhases, slowestTasks, timelineTable } from "../../../../tools/local/drill/timeline";
import { RunResult, Task } from "../../../../tools/cli/run-results";

/** Start of the drill, in seconds since 1970. */
const ZERO = 1_800_000_000;

function task(name: string, role: string | null, host: string, from: number, seconds: number): Task {
  return { name, role, host, started: ZERO + from, seconds };
}

function run(name: string, from: number, seconds: number, tasks: readonly Task[]): RunResult {
  return { run: name, started: new Date((ZERO + from) * 1000).toISOString(), seconds, hosts: {}, tasks };
}

const LINES = [
  { at: 8, text: "network: creating..." },
  { at: 8, text: "monitoring/artifacts: creating..." },
  { at: 8.5, text: "monitoring/artifacts: creation complete after 0s" },
  { at: 9, text: 'network/server["app"]: creating...' },
  { at: 9.5, text: "app: up at 198.18.0.2 in 1.2 s" },
  { at: 11, text: 'network/server["app"]: creation complete after 2s' },
  { at: 11, text: "monitoring/prometheus: creating..." },
  { at: 30, text: "monitoring/prometheus: creation complete after 19s" },
];
const PROMETHEUS = run("prometheus", 11.5, 18, [
  task("Run the preflight checks", "base", "app", 12, 3.5),
  task("Write the rules and the unit", "firewall", "app", 16, 2),
  task("Load the rules at each boot", "firewall", "app", 18, 1),
  task("Write the configuration", "prometheus", "app", 20, 4),
  task("Run the preflight checks", "base", "app", 28, 1),
]);

describe("deployPhases", () => {
  it("derives the phases from the output of Terraform and the results of the runs, sorted by start time", () => {
    expect(deployPhases(LINES, [PROMETHEUS], 5, ZERO)).toEqual([
      { name: "synthesis, init, plan", from: 5, to: 8, note: "by cdktf and Terraform" },
      { name: "servers", from: 8, to: 11, note: "2 resources" },
      { name: "artifacts", from: 8, to: 8.5, note: "checked in the cache, or fetched" },
      { name: "prometheus", from: 11.5, to: 29.5, note: "5 tasks on 1 server" },
      { name: "SSH", from: 12, to: 15.5, note: "until 1 server answered" },
      { name: "firewall", from: 16, to: 19, note: "2 tasks on 1 server" },
    ]);
  });

  it("returns only the phases of the runs if Terraform created nothing", () => {
    expect(deployPhases([], [run("site", 1, 2, [])], 0, ZERO)).toEqual([
      { name: "site", from: 1, to: 3, note: "0 tasks on 0 servers" },
    ]);
  });
});

describe("timelineTable", () => {
  it("draws overlapping phases as bars", () => {
    const phases = [
      { name: "destroy", from: 0, to: 5, note: "with all data" },
      { name: "verify", from: 5, to: 10, note: "" },
    ];
    expect(timelineTable(phases, 10).split("\n")).toEqual([
      "          starts takes (s)",
      "destroy     0.0    5.0  █████       with all data",
      "verify      5.0    5.0       █████",
    ]);
  });
});

test("slowestTasks lists a task once for all servers", () => {
  const tasks = [
    { run: "prometheus", ...task("Send the archive", "base", "hub", 0, 3) },
    { run: "node_exporter", ...task("Send the archive", "base", "hub", 0, 1) },
    { run: "node_exporter", ...task("Send the archive", "base", "app", 0, 2) },
    { run: "node_exporter", ...task("Write the unit", "base", "app", 2, 0.1) },
  ];
  expect(slowestTasks(tasks, 2).split("\n")).toEqual([
    "   3.0 s  prometheus: Send the archive (1 time)",
    "   2.0 s  node_exporter: Send the archive (2 times)",
  ]);
});
