import { defaultCollectors } from "../../../lib/metrics/catalogue";
import { CollectorFlags } from "../../../lib/metrics/collector-flags";

const wanted = ["systemd", "systemd.enable-restarts-metrics", "cpu"];

describe("CollectorFlags", () => {
  test("add what is wanted and not on by itself", () => {
    const flags = new CollectorFlags(["--log.level=debug"]);
    expect(flags.missing(wanted)).toEqual(["systemd", "systemd.enable-restarts-metrics"]);
    expect(flags.enabled(wanted)).toEqual([...new Set([...defaultCollectors(), ...wanted])].sort());
    expect(flags.disablesCollectors).toBe(false);
  });

  test("say nothing twice", () => {
    const flags = new CollectorFlags(["--collector.systemd"]);
    expect(flags.missing([...wanted, ...wanted])).toEqual(["systemd.enable-restarts-metrics"]);
  });

  test("prevail over what is wanted, with the switches of what they switch off", () => {
    const flags = new CollectorFlags(["--no-collector.systemd", "--no-collector.cpu"]);
    expect(flags.missing(wanted)).toEqual([]);
    expect(flags.enabled(wanted)).not.toEqual(expect.arrayContaining(["cpu"]));
    expect(flags.enabled(wanted)).toEqual(expect.arrayContaining(["loadavg"]));
    expect(flags.disablesCollectors).toBe(true);
  });

  test("switch on also what is on by itself where they disable that", () => {
    const flags = new CollectorFlags(["--collector.disable-defaults", "--collector.loadavg"]);
    expect(flags.missing(wanted)).toEqual(["cpu", "systemd", "systemd.enable-restarts-metrics"]);
    expect(flags.enabled([])).toEqual(["loadavg"]);
  });

  test("leave settings of collectors alone", () => {
    const flags = new CollectorFlags(["--collector.systemd.unit-include=.*"]);
    expect(flags.missing(wanted)).toEqual(["systemd", "systemd.enable-restarts-metrics"]);
  });
});
