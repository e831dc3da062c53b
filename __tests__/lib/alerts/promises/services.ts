import { APP, Labels, metrics, PROMETHEUS, series, Situation, warning } from "../../../support/promises";

const NGINX: Labels = { ...APP, name: "nginx.service", type: "forking" };
const FAILED: Labels = { ...NGINX, state: "failed" };
const RESTARTED: Labels = { ...APP, name: "worker.service" };
const SITE: Labels = { ...APP, job: "site" };
const restarts = (values: string) => metrics(RESTARTED, { node_systemd_service_restart_total: values });
const state = (name: string, values: string) => ({
  [series("node_systemd_unit_state", { ...NGINX, state: name })]: values,
});
const collector = (name: string, values: string) =>
  metrics({ ...APP, collector: name }, { node_scrape_collector_success: values });
/** Those that our alerts about servers need. */
const NEEDED = [
  ..."cpu diskstats filefd filesystem loadavg meminfo netdev stat systemd textfile time timex uname vmstat".split(" "),
];

export const services: readonly Situation[] = [
  {
    alert: "UnitFailed",
    when: "a unit fails",
    series: { ...state("failed", "0x9 1x30"), ...state("active", "1x9 0x30") },
    fires: {
      14: [],
      15: [
        warning(
          FAILED,
          "nginx.service on app has failed",
          "The unit nginx.service of app has failed, and systemd does not start it again. Its journal says why: journalctl -u nginx.service.",
        ),
      ],
    },
  },
  {
    alert: "UnitFailed",
    when: "it is started again after four minutes",
    series: { ...state("failed", "0x9 1x3 0x30") },
    fires: { 15: [], 40: [] },
  },
  {
    alert: "UnitFailed",
    when: "units run, or are stopped",
    series: { ...state("failed", "0x40"), ...state("inactive", "1x40"), ...state("active", "1x40") },
    fires: { 40: [] },
  },
  {
    alert: "UnitCrashLooping",
    when: "a service is started six times within a quarter of an hour, and then runs",
    series: restarts("0x19 6x60"),
    fires: {
      24: [],
      25: [warning(RESTARTED, "worker.service on app starts again and again")],
      33: [warning(RESTARTED)],
      34: [],
    },
  },
  {
    alert: "UnitCrashLooping",
    when: "it is started five times",
    series: restarts("0x19 5x60"),
    fires: { 30: [], 60: [] },
  },
  {
    alert: "UnitCrashLooping",
    when: "it is started every five minutes",
    series: restarts("0x4 1x4 2x4 3x4 4x4 5x4 6x4 7x4 8x4"),
    fires: { 40: [] },
  },
  {
    alert: "TextfileError",
    when: "a file cannot be read",
    series: metrics(APP, { node_textfile_scrape_error: "0x9 1x30" }),
    fires: { 14: [], 15: [warning(APP, "The node exporter of app cannot read a file of metrics")] },
  },
  {
    alert: "TextfileError",
    when: "all can",
    series: metrics(APP, { node_textfile_scrape_error: "0x60" }),
    fires: { 60: [] },
  },
  ...NEEDED.map((name) => ({
    alert: "CollectorFailed",
    when: `the collector ${name} fails`,
    series: collector(name, "1x9 0x30"),
    fires: { 24: [], 25: [warning({ ...APP, collector: name }, `The collector ${name} fails on app`)] },
  })),
  { alert: "CollectorFailed", when: "it works", series: collector("cpu", "1x60"), fires: { 60: [] } },
  {
    alert: "CollectorFailed",
    when: "there are no such things on a server",
    series: { ...collector("mdadm", "0x60"), ...collector("nfs", "0x60"), ...collector("zfs", "0x60") },
    fires: { 60: [] },
  },
  {
    alert: "TargetDown",
    when: "an exporter of an application is gone",
    series: metrics(SITE, { up: "1x9 0x30" }),
    fires: { 14: [], 15: [warning(SITE, "site on app cannot be scraped")] },
  },
  {
    alert: "TargetDown",
    when: "Grafana is gone",
    series: metrics({ ...PROMETHEUS, job: "grafana" }, { up: "0x60" }),
    fires: { 60: [warning({ ...PROMETHEUS, job: "grafana" })] },
  },
  { alert: "TargetDown", when: "it is there", series: metrics(SITE, { up: "1x60" }), fires: { 60: [] } },
  {
    alert: "TargetDown",
    when: "it is a server, an Alertmanager or a log agent, which have alerts of their own",
    series: {
      ...metrics(APP, { up: "0x60" }),
      ...metrics({ ...APP, job: "alertmanager" }, { up: "0x60" }),
      ...metrics({ ...APP, job: "log_agent" }, { up: "0x60" }),
    },
    fires: { 60: [] },
  },
];
