import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes } from "../definition";
import { Severity } from "../rule";

const distance = (value: number) => ({ value, unit: "°C", meaning: "distance from the sensor's critical temperature" });

/**
 * Returns an expression that is true if a sensor is at most `margin` °C below its critical temperature. For a sensor
 * without a critical temperature, the metric is missing or zero.
 */
function hot(margin: number): string {
  return `node_hwmon_temp_celsius >= (node_hwmon_temp_crit_celsius > 0) - ${margin}`;
}

const CORRECTED = "node_edac_correctable_errors_total";

/**
 * Returns the number of corrected errors before the last `minutes`; zero if the server booted or joined since then. An
 * offset reads one sample; a range of a day would read thousands at each evaluation.
 */
function before(minutes: number): string {
  return `((${CORRECTED} offset ${minutes}m <= ${CORRECTED}) or 0 * ${CORRECTED})`;
}

/** Alerts about hardware. They stay quiet on servers without such hardware, such as virtual machines. */
export const hardwareAlerts: readonly AlertDefinition[] = [
  define({
    name: "TemperatureHigh",
    group: "hardware",
    kinds: ["node_exporter"],
    // The hardware reports its limit as `temp*_crit` in the kernel's hwmon interface. `temp*_max` is not used, because
    // many boards set it to a normal temperature.
    thresholds: { warning: distance(5), critical: distance(0) },
    levels: [
      { severity: Severity.WARNING, for: "15m", expr: (t) => hot(t.warning) },
      { severity: Severity.CRITICAL, for: "5m", expr: (t) => hot(t.critical) },
    ],
    summary: '{{ $labels.instance }} is too hot: {{ $labels.chip }} reports {{ printf "%.0f" $value }} °C',
    description:
      'The sensor {{ $labels.sensor }} of {{ $labels.chip }} of {{ $labels.instance }} reports {{ printf "%.1f" $value }} °C, close to or above its critical temperature. The hardware slows down, and switches itself off if it gets hotter. Check the fans, remove dust, and check the temperature of the room.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "MemoryErrors",
    group: "hardware",
    kinds: ["node_exporter"],
    thresholds: {
      // The value at which mcelog reports a memory module. Single corrected errors are normal.
      corrected: { value: 10, unit: "errors", meaning: "corrected errors within the window" },
      window: minutes(1440, "range in which corrected errors are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        expr: (t) => `${CORRECTED} - ${before(t.window)} > ${t.corrected}`,
      },
      // The counter starts at zero with each boot, and the module can only be replaced while the server is off.
      { severity: Severity.CRITICAL, expr: () => "node_edac_uncorrectable_errors_total > 0" },
    ],
    summary: '{{ $labels.instance }} has memory errors: {{ printf "%.0f" $value }}',
    description:
      'The memory controller {{ $labels.controller }} of {{ $labels.instance }} found {{ printf "%.0f" $value }} errors. A warning means that all of them were corrected (ECC). Critical means that data in memory was lost. A module is failing. Replace it.',
    dashboard: Uids.SERVER,
  }),
];
