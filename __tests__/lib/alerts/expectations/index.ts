import { Situation } from "../../../support/expectations";
import { alerting } from "./alerting";
import { certificates } from "./certificates";
import { compute } from "./compute";
import { diskHealth } from "./disk-health";
import { disks } from "./disks";
import { drift } from "./drift";
import { gateway } from "./gateway";
import { hardware } from "./hardware";
import { kernel } from "./kernel";
import { logs } from "./logs";
import { loki } from "./loki";
import { network } from "./network";
import { prometheus } from "./prometheus";
import { prometheusStorage } from "./prometheus-storage";
import { servers } from "./servers";
import { services } from "./services";

/** The expectations of the built-in alerts. */
export const expectations: readonly Situation[] = [
  ...servers,
  ...drift,
  ...certificates,
  ...disks,
  ...diskHealth,
  ...compute,
  ...kernel,
  ...network,
  ...hardware,
  ...services,
  ...prometheus,
  ...prometheusStorage,
  ...alerting,
  ...loki,
  ...gateway,
  ...logs,
];
