import { allPorts, componentAccess, exporterAccess } from "./access";
import { alertDelivery } from "./alert-delivery";
import { certificates } from "./certificates";
import { Check } from "./check";
import { cloudFirewall } from "./cloud-firewall";
import { dashboards } from "./dashboards";
import { drift } from "./drift";
import { encryption } from "./encryption";
import { firewalls } from "./firewalls";
import { hostNames } from "./host-names";
import { logs } from "./logs";
import { placement } from "./placement";
import { reboot } from "./reboot";
import { scrapeTargets } from "./scrape-targets";
import { serverMetrics } from "./server-metrics";
import { silences } from "./silences";

/** All checks, in the order of the report. */
export const CHECKS: readonly Check[] = [
  placement,
  serverMetrics,
  logs,
  dashboards,
  scrapeTargets,
  alertDelivery,
  silences,
  firewalls,
  drift,
  certificates,
  hostNames,
  encryption,
  cloudFirewall,
  exporterAccess,
  ...componentAccess,
  allPorts,
  reboot,
];
