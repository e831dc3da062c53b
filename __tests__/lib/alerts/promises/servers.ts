import { APP, critical, series, Situation, warning } from "../../../support/promises";

const WEB = { ...APP, instance: "web" };
const up = (labels: Record<string, string>) => series("up", labels);
const app = up({ ...APP });
const web = up({ ...WEB });

export const servers: readonly Situation[] = [
  {
    alert: "ServerUnreachable",
    when: "a server that was there is gone for two minutes, another stays",
    series: { [app]: "1x10 0x30", [web]: "1x40" },
    fires: {
      10: [],
      12: [],
      13: [
        critical(
          APP,
          "app cannot be reached",
          "Prometheus gets no answer from the node exporter of app any more: the server is down, cut off, or only its exporter has stopped. Try SSH first; what runs there is not watched meanwhile.",
        ),
      ],
      40: [critical(APP)],
    },
  },
  {
    alert: "ServerUnreachable",
    when: "it comes back",
    series: { [app]: "1x10 0x9 1x10" },
    fires: { 20: [critical(APP)], 21: [] },
  },
  {
    alert: "ServerUnreachable",
    when: "two servers are gone: each is told by its name",
    series: { [app]: "1x10 0x30", [web]: "1x10 0x30" },
    fires: { 13: [critical(APP), critical(WEB)] },
  },
  {
    alert: "ServerUnreachable",
    when: "a server is gone for two days: it is still known that it was there",
    step: 5,
    series: { [app]: "1x2 0x600" },
    fires: { 2890: [critical(APP)] },
  },
  {
    alert: "ServerUnreachable",
    when: "a server was never there",
    series: { [app]: "0x40" },
    fires: { 40: [] },
  },
  {
    alert: "ServerUnreachable",
    when: "Prometheus itself was off for hours while the server went",
    step: 5,
    series: { [app]: "1x2 _x120 0x30" },
    fires: { 620: [critical(APP)] },
  },
  {
    alert: "ServerUnreachable",
    when: "something else than a server's exporter is gone",
    series: { [up({ ...APP, job: "site" })]: "1x10 0x30" },
    fires: { 40: [] },
  },
  {
    alert: "ServerUnreachable",
    when: "a server of this name was there in another monitoring only",
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
    when: "a declared server is not there from the beginning",
    series: { [app]: "0x60", [web]: "1x60" },
    fires: {
      14: [],
      15: [warning(APP, "app is declared but was never reached")],
      60: [warning(APP)],
    },
  },
  {
    alert: "ServerNeverAppeared",
    when: "a new server takes fourteen minutes",
    series: { [app]: "0x13 1x40" },
    fires: { 14: [], 40: [] },
  },
  {
    alert: "ServerNeverAppeared",
    when: "a server that was there goes",
    series: { [app]: "1x5 0x60" },
    fires: { 60: [] },
  },
  {
    alert: "ServerNeverAppeared",
    when: "only another job's target is not there",
    series: { [up({ ...APP, job: "site" })]: "0x60" },
    fires: { 60: [] },
  },
];
