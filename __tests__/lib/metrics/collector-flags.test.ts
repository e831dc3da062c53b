import { defaultCollectors } from "../../../lib/metrics/catalogue";
import { CollectorFlags } from "../../../lib/metrics/collector-flags";

const wanted = ["systemd", "systemd.enable-restarts-metrics", "cpu"];

describe("CollectorFlags", () => {
  test("returns wanted collectors that are not enabled by default", () => {
    const flags = new CollectorFlags(["--log.level=debug"]);
    expect(flags.missing(wanted)).toEqual(["systemd", "systemd.enable-restarts-metrics"]);
    expect(flags.enabled(wanted)).toEqual([...new Set([...defaultCollectors(), ...wanted])].sort());
    expect(flags.disablesCollectors).toBe(false);
  });

  test("returns no collector that a flag enables already", () => {
    const flags = new CollectorFlags(["--collector.systemd"]);
    expect(flags.missing([...wanted, ...wanted])).toEqual(["systemd.enable-restarts-metrics"]);
  });

  test("gives disabling flags priority, also over options of a disabled collector", () => {
    const flags = new CollectorFlags(["--no-collector.systemd", "--no-collector.cpu"]);
    expect(flags.missing(wanted)).toEqual([]);
    expect(flags.enabled(wanted)).not.toEqual(expect.arrayContaining(["cpu"]));
    expect(flags.enabled(wanted)).toEqual(expect.arrayContaining(["loadavg"]));
    expect(flags.disablesCollectors).toBe(true);
  });

  test("returns default collectors if the flags disable the defaults", () => {
    const flags = new CollectorFlags(["--collector.disable-defaults", "--collector.loadavg"]);
    expect(flags.missing(wanted)).toEqual(["cpu", "systemd", "systemd.enable-restarts-metrics"]);
    expect(flags.enabled([])).toEqual(["loadavg"]);
  });

  test("ignores settings of collectors", () => {
    const flags = new CollectorFlags(["--collector.systemd.unit-include=.*"]);
    expect(flags.missing(wanted)).toEqual(["systemd", "systemd.enable-restarts-metrics"]);
  });
});
