import { MonitoredServer } from "../members/monitored-server";
import type { Monitoring } from "../monitoring";

/** Called when a Loki is placed: all servers send their logs to it. Those that join later do so by themselves. */
export function sendLogs(monitoring: Monitoring): void {
  for (const member of monitoring._members) if (member instanceof MonitoredServer) member._sendLogs();
}
