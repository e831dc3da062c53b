import { APP, Labels, metrics, PROMETHEUS, series, Situation, warning } from "../../../support/expectations";

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
/** The collectors that the built-in alerts about servers need. */
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
          "The systemd unit nginx.service of app has failed, and systemd does not restart it. Its journal contains the cause: journalctl -u nginx.service",
        ),
      ],
    },
  },
  {
    alert: "UnitFailed",
    when: "systemd restarts the unit after four minutes",
    series: { ...state("failed", "0x9 1x3 0x30") },
    fires: { 15: [], 40: [] },
  },
  {
    alert: "UnitFailed",
    when: "units are active or stopped",
    series: { ...state("failed", "0x40"), ...state("inactive", "1x40"), ...state("active", "1x40") },
    fires: { 40: [] },
  },
  {
    alert: "UnitCrashLooping",
    when: "a service is restarted six times within 15 minutes and then runs",
    series: restarts("0x19 6x60"),
    fires: {
      24: [],
      25: [warning(RESTARTED, "worker.service on app is crash looping")],
      33: [warning(RESTARTED)],
      34: [],
    },
  },
  {
    alert: "UnitCrashLooping",
    when: "a service is restarted five times",
    series: restarts("0x19 5x60"),
    fires: { 30: [], 60: [] },
  },
  {
    alert: "UnitCrashLooping",
    when: "a service is restarted every five minutes",
    series: restarts("0x4 1x4 2x4 3x4 4x4 5x4 6x4 7x4 8x4"),
    fires: { 40: [] },
  },
  {
    alert: "TextfileError",
    when: "a file cannot be read",
    series: metrics(APP, { node_textfile_scrape_error: "0x9 1x30" }),
    fires: { 14: [], 15: [warning(APP, "The node exporter of app cannot read a metrics file")] },
  },
  {
    alert: "TextfileError",
    when: "all files can be read",
    series: metrics(APP, { node_textfile_scrape_error: "0x60" }),
    fires: { 60: [] },
  },
  ...NEEDED.map((name) => ({
    alert: "CollectorFailed",
    when: `the collector ${name} fails`,
    series: collector(name, "1x9 0x30"),
    fires: { 24: [], 25: [warning({ ...APP, collector: name }, `The collector ${name} fails on app`)] },
  })),
  { alert: "CollectorFailed", when: "the collector works", series: collector("cpu", "1x60"), fires: { 60: [] } },
  {
    alert: "CollectorFailed",
    when: "a server lacks the hardware of optional collectors",
    series: { ...collector("mdadm", "0x60"), ...collector("nfs", "0x60"), ...collector("zfs", "0x60") },
    fires: { 60: [] },
  },
  {
    alert: "TargetDown",
    when: "the exporter of an application is down",
    series: metrics(SITE, { up: "1x9 0x30" }),
    fires: { 14: [], 15: [warning(SITE, "site on app cannot be scraped")] },
  },
  {
    alert: "TargetDown",
    when: "Grafana is down",
    series: metrics({ ...PROMETHEUS, job: "grafana" }, { up: "0x60" }),
    fires: { 60: [warning({ ...PROMETHEUS, job: "grafana" })] },
  },
  { alert: "TargetDown", when: "the exporter is up", series: metrics(SITE, { up: "1x60" }), fires: { 60: [] } },
  {
    alert: "TargetDown",
    when: "a server, an Alertmanager and a log agent are down, which have their own alerts",
    series: {
      ...metrics(APP, { up: "0x60" }),
      ...metrics({ ...APP, job: "alertmanager" }, { up: "0x60" }),
      ...metrics({ ...APP, job: "log_agent" }, { up: "0x60" }),
    },
    fires: { 60: [] },
  },
];
