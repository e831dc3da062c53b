import { APP, critical, series, Situation, warning } from "../../../support/expectations";

const WEB = { ...APP, instance: "web" };
const up = (labels: Record<string, string>) => series("up", labels);
const app = up({ ...APP });
const web = up({ ...WEB });

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
];
