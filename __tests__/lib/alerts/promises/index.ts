import { Situation } from "../../../support/promises";
import { alerting } from "./alerting";
import { compute } from "./compute";
import { disks } from "./disks";
import { kernel } from "./kernel";
import { logs } from "./logs";
import { loki } from "./loki";
import { network } from "./network";
import { prometheus } from "./prometheus";
import { servers } from "./servers";
import { services } from "./services";

/** What the built-in alerts promise. */
export const promises: readonly Situation[] = [
  ...servers,
  ...disks,
  ...compute,
  ...kernel,
  ...network,
  ...services,
  ...prometheus,
  ...alerting,
  ...loki,
  ...logs,
];
