import { parseHelp } from "../../../../tools/dev/catalogue/node-exporter";

test("parseHelp finds the collectors and their options, also in wrapped lines", () => {
  const flags = parseHelp(`Flags:
      --collector.arp.device-include=COLLECTOR.ARP.DEVICE-INCLUDE
                                 Regexp of arp devices
      --[no-]collector.systemd.enable-restarts-metrics
                                 Enables service unit metric
      --[no-]collector.arp       Enable the arp collector (default: enabled).
      --[no-]collector.systemd   Enable the systemd collector (default:
                                 disabled).
      --[no-]collector.disable-defaults
                                 Set all collectors to disabled by default.`);
  expect([...flags.collectors]).toEqual([
    ["arp", true],
    ["systemd", false],
  ]);
  expect(flags.switches).toEqual(["systemd.enable-restarts-metrics"]);
});
