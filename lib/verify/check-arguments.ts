import { Fleet } from "./fleet";

/**
 * The numbers that a program in `playbooks/verification/checks` waits for, because right after a deploy a healthy component
 * needs a few seconds to reach them. Whether they are reached is evaluated here, by name.
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
