import { alertmanager } from "./alertmanager";
import { grafana } from "./grafana";
import { loki } from "./loki";
import { nodeExporter } from "./node-exporter";
import type { Program } from "./program";
import { prometheus } from "./prometheus";

/** The programs of all kinds in the catalogue. */
export const programs: readonly Program[] = [alertmanager, grafana, loki, nodeExporter, prometheus];
