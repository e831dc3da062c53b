import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Attributes that several types of sensors of the kernel's hwmon interface have. */
const LIMITS = "min max lcrit crit min_alarm max_alarm lcrit_alarm crit_alarm alarm rated_min rated_max";
const RECORDS = "average lowest highest";
const COMMON = "input enable label fault beep";

/** Attributes of the sensors, by type: see sysfs-class-hwmon in the documentation of the kernel. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  in: [COMMON, LIMITS, RECORDS],
  curr: [COMMON, LIMITS, RECORDS],
  fan: [COMMON, "min max alarm min_alarm max_alarm div pulses target"],
  temp: [
    COMMON,
    LIMITS,
    "lowest highest emergency emergency_alarm offset type",
    "min_hyst max_hyst lcrit_hyst crit_hyst emergency_hyst",
  ],
  power: [
    COMMON,
    LIMITS,
    "average average_min average_max average_lowest average_highest average_interval average_interval_min",
    "average_interval_max input_lowest input_highest accuracy cap cap_hyst cap_min cap_max cap_alarm",
  ],
  energy: ["input enable label"],
  humidity: [COMMON, "min max alarm min_alarm max_alarm min_hyst max_hyst rated_min rated_max"],
  pwm: ["enable mode freq auto_channels_temp"],
  intrusion: ["alarm beep"],
  freq: ["input label"],
};

/** Writes a chip with all sensors of the kernel's hwmon interface into a `/sys` folder. No machine has all of them. */
export function writeSensors(sysfs: string): void {
  const chip = join(sysfs, "class", "hwmon", "hwmon99");
  mkdirSync(chip, { recursive: true });
  writeFileSync(join(chip, "name"), "catalogue\n");
  const attributes = Object.entries(ATTRIBUTES).flatMap(([type, lists]) =>
    lists.flatMap((list) => list.split(" ")).map((attribute) => `${type}1_${attribute}`),
  );
  for (const attribute of [...attributes, "pwm1", "beep_enable", "update_interval", "vrm"])
    writeFileSync(join(chip, attribute), "1\n");
}
