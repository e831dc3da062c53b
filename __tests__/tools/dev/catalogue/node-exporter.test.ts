import { readHelp } from "../../../../tools/dev/catalogue/node-exporter";

test("collectors and their switches are read from the program's help, however it is wrapped", () => {
  const offer = readHelp(`Flags:
      --collector.arp.device-include=COLLECTOR.ARP.DEVICE-INCLUDE
                                 Regexp of arp devices
      --[no-]collector.systemd.enable-restarts-metrics
                                 Enables service unit metric
      --[no-]collector.arp       Enable the arp collector (default: enabled).
      --[no-]collector.systemd   Enable the systemd collector (default:
                                 disabled).
      --[no-]collector.disable-defaults
                                 Set all collectors to disabled by default.`);
  expect([...offer.collectors]).toEqual([
    ["arp", true],
    ["systemd", false],
  ]);
  expect(offer.switches).toEqual(["systemd.enable-restarts-metrics"]);
});
