import { alerts } from "./alert-delivery";
import { comeback } from "./reboot";
import { cloudFirewall } from "./cloud-firewall";
import { Check, reachedOnlyBy } from "./check";
import { dashboards } from "./dashboards";
import { everyPort } from "./all-ports";
import { firewalls } from "./firewalls";
import { logs } from "./logs";
import { placement } from "./placement";
import { shown } from "./server-metrics";
import { targets } from "./scrape-targets";

/** All that a monitoring promises, in the order in which it is told: a component adds what it is about. */
export const CRITERIA: readonly Check[] = [
  placement,
  shown,
  logs,
  dashboards,
  targets,
  alerts,
  firewalls,
  cloudFirewall,
  reachedOnlyBy("exporters", "Prometheus' host and technicians", "node_exporter", "exporter"),
  reachedOnlyBy("Prometheus", "Alertmanager, Grafana, its like and technicians", "prometheus"),
  reachedOnlyBy("Alertmanager", "Prometheus, Grafana, Loki, its like and technicians", "alertmanager"),
  reachedOnlyBy("Loki", "log agents, Grafana, Prometheus, its like and technicians", "loki"),
  reachedOnlyBy("Grafana", "Prometheus and technicians", "grafana"),
  everyPort,
  comeback,
];
