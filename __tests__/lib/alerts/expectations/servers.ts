import { APP, critical, metrics, series, Situation, warning } from "../../../support/expectations";

const WEB = { ...APP, instance: "web" };
const up = (labels: Record<string, string>) => series("up", labels);
const app = up({ ...APP });
const web = up({ ...WEB });

/** The states of a unit. */
const unit = (name: string, active: string, inactive: string) => ({
  ...metrics({ ...APP, name, state: "active" }, { node_systemd_unit_state: active }),
  ...metrics({ ...APP, name, state: "inactive" }, { node_systemd_unit_state: inactive }),
});

export const servers: readonly Situation[] = [
  {
    alert: "ServerUnreachable",
    when: "a server has been down for two minutes and another one is up",
    series: { [app]: "1x10 0x30", [web]: "1x40" },
    fires: {
      10: [],
      12: [],
      13: [
        critical(
          APP,
          "app is unreachable",
          "The node exporter of app no longer answers. The server is down, the network is cut, or only the exporter has stopped. Nothing on the server is monitored. Try SSH first.",
        ),
      ],
      40: [critical(APP)],
    },
  },
  {
    alert: "ServerUnreachable",
    when: "the server comes back",
    series: { [app]: "1x10 0x9 1x10" },
    fires: { 20: [critical(APP)], 21: [] },
  },
  {
    alert: "ServerUnreachable",
    when: "two servers are down",
    series: { [app]: "1x10 0x30", [web]: "1x10 0x30" },
    fires: { 13: [critical(APP), critical(WEB)] },
  },
  {
    alert: "ServerUnreachable",
    when: "a server has been down for two days",
    step: 5,
    series: { [app]: "1x2 0x600" },
    fires: { 2890: [critical(APP)] },
  },
  {
    alert: "ServerUnreachable",
    when: "a server was never up",
    series: { [app]: "0x40" },
    fires: { 40: [] },
  },
  {
    alert: "ServerUnreachable",
    when: "the server goes down while Prometheus is down for hours",
    step: 5,
    series: { [app]: "1x2 _x120 0x30" },
    fires: { 620: [critical(APP)] },
  },
  {
    alert: "ServerUnreachable",
    when: "the target of another job is down",
    series: { [up({ ...APP, job: "site" })]: "1x10 0x30" },
    fires: { 40: [] },
  },
  {
    alert: "ServerUnreachable",
    when: "a server of the same name is up in another monitoring only",
    series: { [app]: "1x40", [up({ ...APP, monitoring: "test" })]: "0x40" },
    fires: { 40: [] },
  },
  {
    alert: "ServerUnreachable",
    when: "a server is no longer declared",
    series: { [app]: "1x10 0x10 stale" },
    fires: { 20: [critical(APP)], 22: [] },
  },
  {
    alert: "ServerNeverAppeared",
    when: "a declared server has never been up",
    series: { [app]: "0x60", [web]: "1x60" },
    fires: {
      14: [],
      15: [warning(APP, "app is declared but has never answered")],
      60: [warning(APP)],
    },
  },
  {
    alert: "ServerNeverAppeared",
    when: "a new server appears after fourteen minutes",
    series: { [app]: "0x13 1x40" },
    fires: { 14: [], 40: [] },
  },
  {
    alert: "ServerNeverAppeared",
    when: "a server that was up goes down",
    series: { [app]: "1x5 0x60" },
    fires: { 60: [] },
  },
  {
    alert: "ServerNeverAppeared",
    when: "the target of another job has never been up",
    series: { [up({ ...APP, job: "site" })]: "0x60" },
    fires: { 60: [] },
  },
  {
    alert: "ServerRebooted",
    when: "a server boots at minute 21 and answers two minutes later",
    series: {
      [app]: "1x19 0x2 1x60",
      ...metrics(APP, { node_time_seconds: "0+60x19 _x3 1380+60x60", node_boot_time_seconds: "-90000x19 _x3 1260x60" }),
    },
    fires: {
      22: [],
      23: [warning(APP, "app rebooted")],
      35: [warning(APP)],
      36: [],
    },
  },
  {
    alert: "ServerRebooted",
    when: "a server was off for an hour",
    series: {
      [app]: "1x9 0x59 1x30",
      ...metrics(APP, { node_time_seconds: "0+60x9 _x60 4200+60x30", node_boot_time_seconds: "-90000x9 _x60 4140x30" }),
    },
    fires: { 69: [], 70: [warning(APP)], 83: [warning(APP)], 84: [] },
  },
  {
    alert: "ServerRebooted",
    when: "a declared server boots for the first time",
    series: {
      [app]: "0x19 1x60",
      ...metrics(APP, { node_time_seconds: "_x20 1200+60x60", node_boot_time_seconds: "_x20 900x60" }),
    },
    fires: { 20: [], 29: [], 40: [] },
  },
  {
    alert: "ServerRebooted",
    when: "the clock of a server is set forward by an hour",
    series: {
      [app]: "1x60",
      ...metrics(APP, { node_time_seconds: "0+60x19 4800+60x40", node_boot_time_seconds: "-90000x19 -86400x40" }),
    },
    fires: { 20: [], 25: [] },
  },
  {
    alert: "RebootRequired",
    when: "an upgrade needs a reboot, and nobody reboots within a day",
    step: 30,
    series: unit("cdktf-monitoring-reboot-required.service", "0x9 1x100", "1x9 0x100"),
    fires: {
      1710: [],
      1740: [
        warning({ ...APP, name: "cdktf-monitoring-reboot-required.service", state: "active" }, "app needs a reboot"),
      ],
    },
  },
  {
    alert: "RebootRequired",
    when: "the server reboots in the following night",
    step: 30,
    series: unit("cdktf-monitoring-reboot-required.service", "0x9 1x20 0x100", "1x9 0x20 1x100"),
    fires: { 1740: [], 3000: [] },
  },
  {
    alert: "RebootRequired",
    when: "other units are active",
    step: 30,
    series: unit("nginx.service", "1x100", "0x100"),
    fires: { 3000: [] },
  },
];
