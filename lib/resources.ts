import { Variables } from "./inventory/variables";

/** Limits of the memory of a service. Systemd enforces them on servers with cgroups v2, and `memoryMax` with v1 too. */
export interface Resources {
  /**
   * Memory above which the kernel kills the service, which systemd then starts again: a share of the server's memory,
   * such as `50%`, or a size, such as `512M` or `2G`. `infinity` sets no limit. Go services free memory earlier: their
   * `GOMEMLIMIT` is 80 % of this value.
   *
   * @default - Prometheus "75%", Loki "60%", Grafana "50%", Alertmanager "30%", log agent "1G", gateway "512M", node exporter
   * "256M"
   */
  readonly memoryMax?: string;
  /**
   * Memory above which the kernel slows the service down and takes memory back from it, in the same units.
   *
   * @default - 90 % of `memoryMax`
   */
  readonly memoryHigh?: string;
  /**
   * Adjustment with which the kernel chooses the process to kill if the whole server has no memory left, from -1000
   * (never) to 1000 (first). Other services, such as sshd, have 0 or less, so they survive.
   *
   * @default - 500 for Prometheus, Loki and Grafana; 200 for Alertmanager, the gateway, the log agent and the node exporter
   */
  readonly oomScoreAdjust?: number;
}

/** Returns the first problem with the limits, or undefined. */
export function resourcesProblem({ memoryMax, memoryHigh, oomScoreAdjust }: Resources): string | undefined {
  for (const [name, value] of Object.entries({ memoryMax, memoryHigh })) {
    if (value !== undefined && !isMemory(value))
      return `resources, ${name}: "${value}" is not an amount of memory: use one such as "50%", "512M", "2G" or "infinity"`;
  }
  if (oomScoreAdjust === undefined || (Number.isInteger(oomScoreAdjust) && Math.abs(oomScoreAdjust) <= 1000))
    return undefined;
  return `resources, oomScoreAdjust: ${oomScoreAdjust} is not a whole number from -1000 to 1000`;
}

/** Returns the changes to the limits as variables of the role `base`. */
export function resourceVariables({ memoryMax, memoryHigh, oomScoreAdjust }: Resources): Variables {
  return {
    ...(memoryMax === undefined ? {} : { memory_max: memoryMax }),
    ...(memoryHigh === undefined ? {} : { memory_high: memoryHigh }),
    ...(oomScoreAdjust === undefined ? {} : { oom_score_adjust: oomScoreAdjust }),
  };
}

function isMemory(text: string): boolean {
  const [, percent] = /^(\d+)%$/.exec(text) ?? [];
  if (percent !== undefined) return Number(percent) >= 1 && Number(percent) <= 100;
  return /^[1-9]\d*[KMG]$/.test(text) || text === "infinity";
}
