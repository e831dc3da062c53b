/** Colours of the built-in dashboards, by meaning. They are names in Grafana's palette, which suit both of its themes. */
export const Colours = {
  /** Healthy values, running services and successful responses. */
  GOOD: "green",
  /** Warnings and client errors. */
  WARNING: "orange",
  /** Critical values, failures and server errors. */
  CRITICAL: "red",
  /** Values that are neither good nor bad. */
  PLAIN: "text",
  /** Bars and lines of values that are neither good nor bad. */
  NEUTRAL: "blue",
} as const;

/** Colours of series, by the name of the series or by a regular expression between slashes. */
export type SeriesColours = Readonly<Record<string, string>>;

/** Colours of CPU modes, as in Node Exporter Full: user blue, system yellow, iowait dark red. */
export const CPU_MODES: SeriesColours = {
  user: "blue",
  system: "yellow",
  iowait: "dark-red",
  steal: "purple",
  nice: "light-blue",
  irq: "dark-yellow",
  softirq: "super-light-yellow",
};

/** Colours of the parts of the memory. Caches are lighter than programs, because the kernel drops them if needed. */
export const MEMORY_PARTS: SeriesColours = {
  used: "blue",
  caches: "super-light-blue",
  free: Colours.GOOD,
  "swap used": "purple",
};

/** Colours of systemd unit states. */
export const UNIT_STATES: SeriesColours = {
  failed: Colours.CRITICAL,
  activating: Colours.WARNING,
  deactivating: Colours.WARNING,
  active: Colours.GOOD,
  inactive: Colours.PLAIN,
};

/** Colours of HTTP status classes and status codes, which are the first word of the name of a series. */
export const STATUS_CLASSES: SeriesColours = {
  "/^[123]../": Colours.GOOD,
  "/^4../": Colours.WARNING,
  "/^5../": Colours.CRITICAL,
};

/** Colours of log levels, which are the last word of the name of a series. */
export const LOG_LEVELS: SeriesColours = {
  "/(^| )(critical|error)$/": Colours.CRITICAL,
  "/(^| )warning$/": Colours.WARNING,
  "/(^| )(info|debug)$/": Colours.NEUTRAL,
};

/** Returns colours of series that are neither good nor bad, such as those of components, by the name of the series. */
export function neutralColours(names: readonly string[]): SeriesColours {
  const colours = ["blue", "purple", "super-light-blue", "yellow", "dark-blue", "super-light-purple", "dark-yellow"];
  return Object.fromEntries(names.map((name, index) => [name, colours[index % colours.length] ?? Colours.NEUTRAL]));
}

/** Colours of evaluations of rules, whose outcome is the last word of the name of a series. */
export const EVALUATIONS: SeriesColours = {
  "/ failed$/": Colours.CRITICAL,
  "/ missed$/": Colours.WARNING,
};
