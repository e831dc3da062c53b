/** Uids of the built-in data sources. Each uid is also the name of the data source's plugin. */
export const DataSources = {
  PROMETHEUS: "prometheus",
  ALERTMANAGER: "alertmanager",
  LOKI: "loki",
} as const;

export const dataSourceUids: readonly string[] = Object.values(DataSources);
