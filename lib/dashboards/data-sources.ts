/** The data sources that Grafana is given, by uid. Each is of the plugin of that very name. */
export const DataSources = {
  PROMETHEUS: "prometheus",
  ALERTMANAGER: "alertmanager",
  LOKI: "loki",
} as const;

/** The uids of ours; also what community dashboards name the plugins by. */
export const dataSourceUids: readonly string[] = Object.values(DataSources);
