import { APP, critical, Labels, metrics, Situation, warning } from "../../../support/expectations";

const CPU: Labels = { ...APP, chip: "platform_coretemp_0", sensor: "temp1" };
const MODULE: Labels = { ...APP, controller: "0" };

/** A sensor with a critical temperature of 100 °C. */
const temperature = (celsius: string, critical = "100x60") =>
  metrics(CPU, { node_hwmon_temp_celsius: celsius, node_hwmon_temp_crit_celsius: critical });

/** A memory controller, observed every half hour. */
const memory = (corrected: string, uncorrected = "0x100") =>
  metrics(MODULE, {
    node_edac_correctable_errors_total: corrected,
    node_edac_uncorrectable_errors_total: uncorrected,
  });

export const hardware: readonly Situation[] = [
  {
    alert: "TemperatureHigh",
    when: "a CPU has its critical temperature",
    series: temperature("50x9 100x50"),
    fires: {
      14: [],
      15: [critical(CPU, "app is too hot: platform_coretemp_0 reports 100 °C")],
      24: [critical(CPU)],
      25: [critical(CPU), warning(CPU)],
    },
  },
  {
    alert: "TemperatureHigh",
    when: "a CPU is 0.1 °C below its critical temperature",
    series: temperature("50x9 99.9x50"),
    fires: { 24: [], 25: [warning(CPU)], 59: [warning(CPU)] },
  },
  {
    alert: "TemperatureHigh",
    when: "a CPU is 5 °C below its critical temperature",
    series: temperature("95x60"),
    fires: { 14: [], 15: [warning(CPU)] },
  },
  {
    alert: "TemperatureHigh",
    when: "a CPU is 5.1 °C below its critical temperature",
    series: temperature("94.9x60"),
    fires: { 60: [] },
  },
  {
    alert: "TemperatureHigh",
    when: "a CPU is critical for some minutes",
    series: temperature("50x9 100x3 50x50"),
    fires: { 13: [], 60: [] },
  },
  {
    alert: "TemperatureHigh",
    when: "a driver reports a critical temperature of zero",
    series: temperature("40x60", "0x60"),
    fires: { 60: [] },
  },
  {
    alert: "TemperatureHigh",
    when: "a sensor has no critical temperature",
    series: metrics(CPU, { node_hwmon_temp_celsius: "120x60" }),
    fires: { 60: [] },
  },
  {
    alert: "MemoryErrors",
    when: "11 errors are corrected within a day",
    step: 30,
    series: memory("0x9 11x100"),
    fires: {
      270: [],
      300: [warning(MODULE, "app has memory errors: 11")],
      1710: [warning(MODULE)],
      1740: [],
    },
  },
  {
    alert: "MemoryErrors",
    when: "11 errors are corrected after many on previous days",
    step: 30,
    series: memory("500x69 511x100"),
    fires: { 2070: [], 2100: [warning(MODULE)], 3510: [warning(MODULE)], 3540: [] },
  },
  {
    alert: "MemoryErrors",
    when: "errors were corrected on previous days only",
    step: 30,
    series: memory("500x100"),
    fires: { 1440: [], 2900: [] },
  },
  {
    alert: "MemoryErrors",
    when: "11 errors are corrected since the server booted",
    step: 30,
    series: memory("500x69 11x100"),
    fires: { 2070: [], 2100: [warning(MODULE)] },
  },
  {
    alert: "MemoryErrors",
    when: "ten errors are corrected within a day",
    step: 30,
    series: memory("0x9 10x100"),
    fires: { 300: [], 1500: [] },
  },
  {
    alert: "MemoryErrors",
    when: "an error cannot be corrected",
    step: 30,
    series: memory("0x100", "0x9 1x90"),
    fires: { 270: [], 300: [critical(MODULE, "app has memory errors: 1")], 2900: [critical(MODULE)] },
  },
];
