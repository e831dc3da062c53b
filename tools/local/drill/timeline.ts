import { count } from "../../../lib/verify/text";
import { TimedLine } from "../timed-line";
import { RunResult, Task } from "../../cli/run-results";

/** A period, in seconds since the start of the drill. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A phase of a drill. */
export interface Phase extends Interval {
  readonly name: string;
  /** A few words that describe it. */
  readonly note: string;
}

const RESOURCE = /^(\S+): (creating|creation complete)\b/;
const WAITING = /^Run the preflight checks$/;

/**
 * The phases of a deploy, sorted by start time. The output of Terraform yields its phases, and the results of the
 * runs yield theirs.
 *
 * @param lines output of cdktf, with times in seconds since the start of the drill
 * @param start start of the deploy, in seconds since the start of the drill
 * @param zero start of the drill, in seconds since 1970
 */
export function deployPhases(
  lines: readonly TimedLine[],
  runs: readonly RunResult[],
  start: number,
  zero: number,
): Phase[] {
  const tasks = runs.flatMap((run) => run.tasks).map((task) => ({ ...task, started: task.started - zero }));
  return [
    ...resourcePhases(
      lines,
      runs.map(({ run }) => run),
      start,
    ),
    ...sshPhases(tasks),
    ...firewallPhases(tasks),
    ...runs.map(({ run, started, seconds, tasks: own }): Phase => {
      const from = Date.parse(started) / 1000 - zero;
      return { name: run, from, to: from + seconds, note: amount(own) };
    }),
  ].sort((one, other) => one.from - other.from);
}

function resourcePhases(lines: readonly TimedLine[], runs: readonly string[], start: number): Phase[] {
  const events = lines.flatMap(({ at, text }) => {
    const [, path] = RESOURCE.exec(text) ?? [];
    return path === undefined ? [] : [{ at, path }];
  });
  const [first] = events;
  if (first === undefined) return [];
  // The siblings of a run belong to the Monitoring. All other resources are servers and their networks.
  const monitorings = events.filter(({ path }) => runs.includes(lastOf(path))).map(({ path }) => parentOf(path));
  const servers = events.filter(({ path }) => !monitorings.includes(parentOf(path)));
  const made = new Set(servers.map(({ path }) => path));
  const archives = events.filter(({ path }) => lastOf(path) === "artifacts" && monitorings.includes(parentOf(path)));
  return [
    { name: "synthesis, init, plan", from: start, to: first.at, note: "by cdktf and Terraform" },
    ...span("servers", servers.map(moment), count(made.size, "resource")),
    ...span("artifacts", archives.map(moment), "checked in the cache, or fetched"),
  ];
}

/** The phase until every server answered over SSH. */
function sshPhases(tasks: readonly Task[]): Phase[] {
  const hosts = [...new Set(tasks.map(({ host }) => host))];
  const firsts = hosts.flatMap((host) => {
    const own = tasks.filter((task) => task.host === host).sort((one, other) => one.started - other.started);
    const beyond = own.findIndex(({ name }) => !WAITING.test(name));
    return own.slice(0, beyond === -1 ? undefined : beyond);
  });
  return span("SSH", firsts.map(interval), `until ${count(hosts.length, "server")} answered`);
}

function firewallPhases(tasks: readonly Task[]): Phase[] {
  const own = tasks.filter(({ role }) => role === "firewall");
  return span("firewall", own.map(interval), amount(own));
}

function moment({ at }: { readonly at: number }): Interval {
  return { from: at, to: at };
}

function interval({ started, seconds }: Task): Interval {
  return { from: started, to: started + seconds };
}

function span(name: string, parts: readonly Interval[], note: string): Phase[] {
  if (parts.length === 0) return [];
  const from = Math.min(...parts.map((part) => part.from));
  return [{ name, from, to: Math.max(...parts.map((part) => part.to)), note }];
}

function amount(tasks: readonly Task[]): string {
  return `${count(tasks.length, "task")} on ${count(new Set(tasks.map(({ host }) => host)).size, "server")}`;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A table of phases with bars that show which of them overlapped. */
export function timelineTable(phases: readonly Phase[], width = 40): string {
  const end = Math.max(...phases.map(({ to }) => to));
  const names = Math.max(...phases.map(({ name }) => name.length));
  const column = (seconds: number): number => Math.round((seconds / end) * width);
  const rows = phases.map(({ name, from, to, note }) => {
    const bar = " ".repeat(column(from)) + "█".repeat(Math.max(1, column(to) - column(from)));
    const numbers = [from, to - from].map((seconds) => seconds.toFixed(1).padStart(7)).join("");
    return `${name.padEnd(names)} ${numbers}  ${bar.slice(0, width).padEnd(width)}  ${note}`.trimEnd();
  });
  return [`${"".padEnd(names)}   starts takes (s)`, ...rows].join("\n");
}

/** A table of the slowest tasks. A task that ran on several servers is listed once. */
export function slowestTasks(tasks: readonly (Task & { readonly run: string })[], most: number): string {
  const names = new Map<string, { longest: number; times: number }>();
  for (const { run, name, seconds } of tasks) {
    const key = `${run}: ${name}`;
    const { longest = 0, times = 0 } = names.get(key) ?? {};
    names.set(key, { longest: Math.max(longest, seconds), times: times + 1 });
  }
  const ranked = [...names].sort(([, one], [, other]) => other.longest - one.longest).slice(0, most);
  return ranked
    .map(([name, { longest, times }]) => `${longest.toFixed(1).padStart(6)} s  ${name} (${count(times, "time")})`)
    .join("\n");
}
