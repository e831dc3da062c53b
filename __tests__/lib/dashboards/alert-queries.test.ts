import { Dashboard } from "../../../lib/dashboards/dashboard";
import { annotationsOf, objectsOf, textOf } from "../../../lib/dashboards/model";
import { built, columnsOf, expressionsOf, panelTitled, subjectWith } from "../../support/dashboards";
import { promtoolTest } from "../../support/promtool";
import { expectSamples, MINUTES } from "../../support/samples";

const fleet = built(Dashboard.fleet(), subjectWith());
const server = built(Dashboard.server(), subjectWith());

/** Returns the query of a column of a table. */
function column(table: string, title: string): string {
  const panel = panelTitled(fleet, table);
  const queried = columnsOf(panel).filter((name) => name !== "Server");
  return expressionsOf(panel)[queried.indexOf(title)] ?? "";
}

function query(title: string): string {
  return expressionsOf(panelTitled(fleet, title))[0] ?? "";
}

const firing = (labels: string): Record<string, string> => ({
  [`ALERTS{alertstate="firing",${labels}}`]: `1x${MINUTES}`,
  [`ALERTS_FOR_STATE{${labels}}`]: `600x${MINUTES}`,
});
const pending = (labels: string): Record<string, string> => ({
  [`ALERTS{alertstate="pending",${labels}}`]: `1x${MINUTES}`,
  [`ALERTS_FOR_STATE{${labels}}`]: `600x${MINUTES}`,
});
const FULL = 'alertname="DiskFull",severity="warning",instance="app",job="node",mountpoint';
const WATCHDOG = 'alertname="Watchdog",severity="none"';
/** An alert about logs, which is about no server. */
const BURST = 'alertname="LokiCompactorsConflicting",severity="critical"';
/** A server that answers, and one that does not. */
const UP = {
  'up{job="node",instance="app"}': `1x${MINUTES}`,
  'up{job="node",instance="db"}': `1x9 0x${MINUTES}`,
};

describe("Fleet", () => {
  promtoolTest("counts alerts by severity, also those about no server", async () => {
    const alerts = { ...firing(BURST), ...firing(`${FULL}="/"`), ...firing(`${FULL}="/srv"`), ...firing(WATCHDOG) };
    await expectSamples(query("Critical alerts"), alerts, { "{}": 1 });
    await expectSamples(query("Warnings"), alerts, { "{}": 2 });
  });

  promtoolTest("counts no pending alerts", async () => {
    await expectSamples(query("Critical alerts"), pending(BURST), { "{}": 0 });
  });

  promtoolTest("says whether rules are evaluated", async () => {
    await expectSamples(query("Alerting"), firing(WATCHDOG), { "{}": 1 });
    await expectSamples(query("Alerting"), firing(BURST), { "{}": 0 });
  });

  promtoolTest("lists firing alerts with the time at which they became active, and their runbook", async () => {
    const runbook = "/api/datasources/proxy/uid/prometheus/user/runbooks.html#";
    const row = (name: string, severity: string, more: string): string =>
      `{alertname="${name}",severity="${severity}",meaning="${name}",runbook="${runbook}${name}"${more}}`;
    await expectSamples(
      query("Firing alerts"),
      {
        ...firing(`${FULL}="/"`),
        ...firing(`${FULL}="/srv"`),
        ...pending(`${FULL}="/tmp"`),
        ...firing(BURST),
        ...firing(WATCHDOG),
      },
      {
        [row("DiskFull", "warning", ',instance="app",affected="/"')]: 600_000,
        [row("DiskFull", "warning", ',instance="app",affected="/srv"')]: 600_000,
        [row("LokiCompactorsConflicting", "critical", "")]: 600_000,
      },
    );
  });

  promtoolTest("shows values of servers that answer only", async () => {
    const memory = (name: string, instance: string) => `node_memory_${name}_bytes{job="node",instance="${instance}"}`;
    const used = {
      ...UP,
      [memory("MemTotal", "app")]: `200x${MINUTES}`,
      [memory("MemAvailable", "app")]: `50x${MINUTES}`,
      [memory("MemTotal", "db")]: `200x${MINUTES}`,
      [memory("MemAvailable", "db")]: `10x${MINUTES}`,
    };
    await expectSamples(column("Servers", "Memory"), used, { '{instance="app"}': 75 });
    await expectSamples(query("Highest memory"), used, { '{job="node",instance="app"}': 75 });
    await expectSamples(column("Servers", "State"), used, { '{instance="app"}': 1, '{instance="db"}': 0 });
  });

  promtoolTest("counts the alerts of each server, also of one that is down", async () => {
    const alerts = {
      ...UP,
      ...firing('alertname="ServerUnreachable",severity="critical",instance="db"'),
      ...firing(BURST),
    };
    await expectSamples(column("Servers", "Critical"), alerts, { '{instance="app"}': 0, '{instance="db"}': 1 });
    await expectSamples(column("Servers", "Warnings"), alerts, { '{instance="app"}': 0, '{instance="db"}': 0 });
  });
});

promtoolTest("annotations mark the time at which firing alerts became active, in milliseconds", async () => {
  const [critical, warnings] = annotationsOf(fleet).map(({ expr }) => textOf(expr));
  const alerts = { ...firing(BURST), ...pending(`${FULL}="/"`) };
  await expectSamples(critical ?? "", alerts, { [`{${BURST}}`]: 600_000 });
  await expectSamples(warnings ?? "", alerts, {});
});

promtoolTest("Server shows the latency of disks, and zero without operations", async () => {
  const [read = ""] = objectsOf(panelTitled(server, "Disk latency").targets).map(({ expr }) => textOf(expr));
  const disk = (metric: string, device: string) =>
    `node_disk_${metric}_total{job="node",instance="app",device="${device}"}`;
  await expectSamples(
    read.replaceAll("$instance", "app"),
    {
      [disk("read_time_seconds", "sda")]: `0+0.5x${MINUTES}`,
      [disk("reads_completed", "sda")]: `0+10x${MINUTES}`,
      [disk("read_time_seconds", "sdb")]: `7x${MINUTES}`,
      [disk("reads_completed", "sdb")]: `7x${MINUTES}`,
    },
    { '{job="node",instance="app",device="sda"}': 0.05, '{job="node",instance="app",device="sdb"}': 0 },
  );
});
