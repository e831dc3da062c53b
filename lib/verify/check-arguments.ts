import { Fleet } from "./fleet";

/**
 * Returns the numbers, such as that of cluster members, until which a program in `playbooks/verification/checks` waits. Right
 * after a deploy, a healthy component needs some time to reach them. The checks in `lib/verify/checks` compare names.
 */
export function checkArguments({ servers, targets }: Fleet, kind: string): number[] {
  const placed = (component: string): number =>
    servers.filter(({ components }) => components.includes(component)).length;
  const members = servers.filter(({ componentUrls }) => componentUrls[kind] !== undefined).length;
  switch (kind) {
    case "alertmanager":
      return [members];
    case "loki":
      return [members, placed("log_agent")];
    case "prometheus":
      return [new Set(targets).size];
    case "grafana":
      return [placed("prometheus") === 0 ? 0 : placed("node_exporter")];
    default:
      return [];
  }
}
