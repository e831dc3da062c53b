import { accessCheck, allPorts } from "./access";
import { alertDelivery } from "./alert-delivery";
import { Check } from "./check";
import { cloudFirewall } from "./cloud-firewall";
import { dashboards } from "./dashboards";
import { firewalls } from "./firewalls";
import { logs } from "./logs";
import { placement } from "./placement";
import { reboot } from "./reboot";
import { scrapeTargets } from "./scrape-targets";
import { serverMetrics } from "./server-metrics";

/** All checks, in the order of the report. */
export const CHECKS: readonly Check[] = [
  placement,
  serverMetrics,
  logs,
  dashboards,
  scrapeTargets,
  alertDelivery,
  firewalls,
  cloudFirewall,
  accessCheck("exporter", ["node_exporter", "exporter"], "Prometheus' host and technicians"),
  accessCheck("Prometheus", ["prometheus"], "Alertmanager, Grafana, other Prometheus servers and technicians"),
  accessCheck("Alertmanager", ["alertmanager"], "Prometheus, Grafana, Loki, other Alertmanagers and technicians"),
  accessCheck("Loki", ["loki"], "log agents, Grafana, Prometheus, other Lokis and technicians"),
  accessCheck("Grafana", ["grafana"], "Prometheus and technicians"),
  allPorts,
  reboot,
];
