import { BUILT_IN_SOURCES } from "../../logs/built-in-sources";
import { DashboardSubject } from "../dashboard-subject";

/** Returns the log jobs of the monitoring components, sorted. */
export function monitoringJobs({ kinds, logs = [] }: DashboardSubject): string[] {
  return jobsOf(logs).filter((job) => kinds.has(job));
}

/** Returns the log jobs of applications and web servers, sorted. */
export function applicationJobs({ kinds, logs = [] }: DashboardSubject): string[] {
  const built = BUILT_IN_SOURCES.map(({ name }) => name);
  return jobsOf(logs).filter((job) => !kinds.has(job) && !built.includes(job));
}

/** Whether some lines of the jobs have a label. */
export function hasLabel({ logs = [] }: DashboardSubject, jobs: readonly string[], label: string): boolean {
  return logs.some((lines) => lines.has(label) && jobs.some((job) => lines.get("job")?.has(job)));
}

function jobsOf(logs: NonNullable<DashboardSubject["logs"]>): string[] {
  return [...new Set(logs.flatMap((lines) => [...(lines.get("job") ?? [])]))].sort();
}
