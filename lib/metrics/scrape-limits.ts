import { Value } from "../inventory/variables";
import { byteSize } from "../units";

/**
 * Limits of each scrape of a target. If a target exceeds one of them, Prometheus drops the whole scrape and sets `up` to
 * 0, and the alert PrometheusScrapesOverLimit names the target and the limit. Metrics of other targets are not affected.
 */
export interface ScrapeLimits {
  /**
   * Maximum number of samples. A server with 64 CPUs and all collectors of the built-in dashboards has about 15,000.
   *
   * @default 50000 (the value in Red Hat OpenShift's example for user-defined projects)
   */
  readonly samples?: number;
  /**
   * Maximum size of the response in bytes, after decompression, such as `20MB`. Prometheus checks it before it reads any
   * sample, so this limit also protects it from a target whose series are different in each scrape.
   *
   * @default - 200 bytes for each sample that `samples` allows, that is "10MB" with the default of `samples`
   */
  readonly bodySize?: string;
  /**
   * Maximum number of labels of a series, including those that Prometheus adds.
   *
   * @default 60 (Grafana Mimir's default is 30, which a container with many labels can exceed)
   */
  readonly labels?: number;
  /** Maximum length of the name of a label in bytes. @default 1024 (the default of Grafana Mimir) */
  readonly labelNameLength?: number;
  /** Maximum length of the value of a label in bytes. @default 2048 (the default of Grafana Mimir) */
  readonly labelValueLength?: number;
}

/** Limits that apply to each scrape for which no other limit is set. */
export const DEFAULT_SCRAPE_LIMITS: ScrapeLimits = {
  samples: 50_000,
  labels: 60,
  labelNameLength: 1024,
  labelValueLength: 2048,
};

/** Size of a sample in the text format with a dozen labels. Those of the built-in components have 70 to 150 bytes. */
const BYTES_PER_SAMPLE = 200;
const MB = 1024 ** 2;
/** Names of the limits in Prometheus' configuration. */
const SETTINGS = {
  samples: "sample_limit",
  labels: "label_limit",
  labelNameLength: "label_name_length_limit",
  labelValueLength: "label_value_length_limit",
} as const;

/** Returns the limits as settings of Prometheus' configuration. Limits that are not set are left out. */
export function scrapeLimitSettings(limits: ScrapeLimits): Readonly<Record<string, Value>> {
  const { samples, bodySize } = limits;
  const size = bodySize ?? (samples === undefined ? undefined : `${Math.ceil((samples * BYTES_PER_SAMPLE) / MB)}MB`);
  const numbers = Object.entries(SETTINGS).flatMap(([name, setting]) => {
    const value = limits[name as keyof typeof SETTINGS];
    return value === undefined ? [] : [[setting, value] as const];
  });
  return { ...Object.fromEntries(numbers), ...(size === undefined ? {} : { body_size_limit: size }) };
}

/** Returns the first problem with the limits in the setting `where`, or undefined. */
export function scrapeLimitsProblem(where: string, { bodySize, ...numbers }: ScrapeLimits): string | undefined {
  for (const [name, value] of Object.entries<number>(numbers)) {
    if (!Number.isInteger(value) || value < 1)
      return `${where}, ${name}: ${value} is not a whole number greater than 0: use a number such as 50000`;
  }
  if (bodySize === undefined || byteSize(bodySize) !== undefined) return undefined;
  return `${where}, bodySize: "${bodySize}" is not a size: use a size such as "512KB" or "20MB"`;
}
