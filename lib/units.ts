/** Prometheus durations, such as `15s`, `1h30m` or `30d` (prometheus.io/docs/prometheus/latest/configuration). */
const DURATION = /^(?=.)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;
const SECONDS: Readonly<Record<string, number>> = {
  y: 31_536_000,
  w: 604_800,
  d: 86_400,
  h: 3_600,
  m: 60,
  s: 1,
  ms: 0.001,
};

/** Returns the length of a Prometheus duration in seconds, or undefined if `text` is not a duration. */
export function durationSeconds(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+)(ms|[ywdhms])/g))
    seconds += Number(amount) * (SECONDS[unit] ?? 0);
  return seconds;
}

/**
 * Returns the number of bytes of a size such as `512MB` or `10GB`, or undefined if `text` is not a size greater than
 * zero. As for Prometheus, a KB has 1024 bytes.
 */
export function byteSize(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d+)([KMGTPE]?)B$/.exec(text) ?? [];
  const bytes = Number(amount) * 1024 ** " KMGTPE".indexOf(unit === "" ? " " : unit);
  return bytes > 0 ? bytes : undefined;
}

/** Returns the problem with a duration that must be greater than zero, or undefined. */
export function durationProblem(text: string): string | undefined {
  const seconds = durationSeconds(text);
  if (seconds === undefined) return `"${text}" is not a duration such as "15s", "1h30m" or "30d"`;
  return seconds > 0 ? undefined : `"${text}" must be greater than zero`;
}
