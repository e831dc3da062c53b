import { count } from "../../../lib/verify/criteria/words";
import { Line } from "../lines";
import { RunResult, Task } from "../../cli/run-results";

/** From when to when, in seconds since the drill's beginning. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A part of a drill. */
export interface Phase extends Interval {
  readonly name: string;
  /** What it was about, in a few words. */
  readonly note: string;
}

const RESOURCE = /^(\S+): (creating|creation complete)\b/;
const WAITING = /^(Look at the server( again)?|Wait for SSH)$/;

/**
 * What a deploy spent its time on, in the order in which it began: Terraform's part by what it printed, that of the
 * runs by what they wrote down.
 *
 * @param lines what cdktf printed, in seconds since the drill's beginning
 * @param begun when the deploy began, in seconds since then
 * @param zero when the drill began, in seconds since 1970
 */
export function deployPhases(lines: readonly Line[], runs: readonly RunResult[], begun: number, zero: number): Phase[] {
  const tasks = runs.flatMap((run) => run.tasks).map((task) => ({ ...task, started: task.started - zero }));
  return [
    ...resourcePhases(
      lines,
      runs.map(({ run }) => run),
      begun,
    ),
    ...sshPhases(tasks),
    ...firewallPhases(tasks),
    ...runs.map(({ run, started, seconds, tasks: own }): Phase => {
      const from = Date.parse(started) / 1000 - zero;
      return { name: run, from, to: from + seconds, note: amount(own) };
    }),
  ].sort((one, other) => one.from - other.from);
}

function resourcePhases(lines: readonly Line[], runs: readonly string[], begun: number): Phase[] {
  const events = lines.flatMap(({ at, text }) => {
    const [, path] = RESOURCE.exec(text) ?? [];
    return path === undefined ? [] : [{ at, path }];
  });
  const [first] = events;
  if (first === undefined) return [];
  // What stands beside a run belongs to the monitoring; the rest is servers and what they need.
  const monitorings = events.filter(({ path }) => runs.includes(lastOf(path))).map(({ path }) => parentOf(path));
  const servers = events.filter(({ path }) => !monitorings.includes(parentOf(path)));
  const made = new Set(servers.map(({ path }) => path));
  const archives = events.filter(({ path }) => lastOf(path) === "artifacts" && monitorings.includes(parentOf(path)));
  return [
    { name: "synthesis, init, plan", from: begun, to: first.at, note: "by cdktf and Terraform" },
    ...span("servers", servers.map(moment), count(made.size, "resource")),
    ...span("artifacts", archives.map(moment), "checked in the controller's cache, or fetched"),
  ];
}

/** Until each server answered for the first time. */
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

/** The phases as a table for people, with bars that show what went on at the same time. */
export function timelineTable(phases: readonly Phase[], width = 40): string {
  const end = Math.max(...phases.map(({ to }) => to));
  const names = Math.max(...phases.map(({ name }) => name.length));
  const column = (seconds: number): number => Math.round((seconds / end) * width);
  const rows = phases.map(({ name, from, to, note }) => {
    const bar = " ".repeat(column(from)) + "█".repeat(Math.max(1, column(to) - column(from)));
    const numbers = [from, to - from].map((seconds) => seconds.toFixed(1).padStart(7)).join("");
    return `${name.padEnd(names)} ${numbers}  ${bar.slice(0, width).padEnd(width)}  ${note}`.trimEnd();
  });
  return [`${"".padEnd(names)}   begins takes (s)`, ...rows].join("\n");
}

/** The tasks that took longest, each once for all servers, as a table for people. */
export function slowest(tasks: readonly (Task & { readonly run: string })[], most: number): string {
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
