import { AlertDefinition } from "../definition";
import { alertmanagerAlerts, grafanaAlerts, watchdog } from "./alerting";
import { certificateAlerts } from "./certificates";
import { computeAlerts } from "./compute";
import { diskHealthAlerts } from "./disk-health";
import { diskAlerts } from "./disks";
import { driftAlerts } from "./drift";
import { gatewayAlerts } from "./gateway";
import { hardwareAlerts } from "./hardware";
import { kernelAlerts } from "./kernel";
import { logAgentAlerts, logAlerts } from "./logs";
import { lokiAlerts } from "./loki";
import { networkAlerts } from "./network";
import { prometheusAlerts } from "./prometheus";
import { prometheusStorageAlerts } from "./prometheus-storage";
import { serverAlerts } from "./servers";
import { serviceAlerts } from "./services";

/** All built-in alerts. */
export const builtInAlerts: readonly AlertDefinition[] = [
  ...serverAlerts,
  ...driftAlerts,
  ...certificateAlerts,
  ...diskAlerts,
  ...diskHealthAlerts,
  ...computeAlerts,
  ...kernelAlerts,
  ...networkAlerts,
  ...hardwareAlerts,
  ...serviceAlerts,
  ...prometheusAlerts,
  ...prometheusStorageAlerts,
  ...alertmanagerAlerts,
  ...grafanaAlerts,
  ...lokiAlerts,
  ...gatewayAlerts,
  ...logAgentAlerts,
  watchdog,
  ...logAlerts,
];
