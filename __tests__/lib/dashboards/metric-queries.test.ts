import { Dashboard } from "../../../lib/dashboards/dashboard";
import { panelsOf } from "../../../lib/dashboards/model";
import { built, expressionsOf, subjectWith } from "../../support/dashboards";
import { promtoolTest } from "../../support/promtool";
import { expectSamples, growing, MINUTES } from "../../support/samples";

const panels = panelsOf(built(Dashboard.monitoring(), subjectWith()));

/** Returns the first query of the first panel below a heading that has a title. */
function query(heading: string, title: string): string {
  const start = panels.findIndex((panel) => panel.type === "row" && panel.title === heading);
  const found = panels.slice(start).find((panel) => panel.title === title);
  return (found ? (expressionsOf(found)[0] ?? "") : "").replaceAll("$__rate_interval", "4m");
}

describe("Self-monitoring", () => {
  promtoolTest("lists collectors that should work or fail after a success, and malformed textfiles", async () => {
    const collector = (name: string) => `node_scrape_collector_success{job="node",instance="app",collector="${name}"}`;
    await expectSamples(
      query("Exporters", "Failing collectors"),
      {
        [collector("nfs")]: `0x${MINUTES}`,
        [collector("cpu")]: `1x${MINUTES}`,
        [collector("stat")]: `0x${MINUTES}`,
        [collector("mdadm")]: `1x9 0x${MINUTES}`,
        'node_textfile_scrape_error{job="node",instance="app"}': `0x${MINUTES}`,
        'node_textfile_scrape_error{job="node",instance="db"}': `1x${MINUTES}`,
      },
      {
        '{instance="app",collector="stat"}': 0,
        '{instance="app",collector="mdadm"}': 0,
        '{instance="db",collector="textfile: malformed file"}': 1,
      },
    );
  });

  promtoolTest("lists changed files, and firewall tables that are missing or changed", async () => {
    const change = '{component="loki",path="/etc/loki/loki.yml",change="has other content",instance="app"}';
    await expectSamples(
      query("Exporters", "Changes since the last deploy"),
      {
        [`monitoring_deployed_change${change.replace("}", ',job="node"}')}`]: `1x${MINUTES}`,
        'monitoring_firewall_intact{job="node",instance="app",state="intact"}': `1x${MINUTES}`,
        'monitoring_firewall_intact{job="node",instance="db",state="is missing"}': `0x${MINUTES}`,
      },
      {
        [change]: 1,
        '{change="is missing",component="firewall",instance="db",path="table inet cdktf_monitoring"}': 0,
      },
    );
  });

  promtoolTest("names rule groups without the path of their file", async () => {
    for (const [heading, prefix] of [
      ["Prometheus", ""],
      ["Loki requests and rules", "loki_"],
    ] as const)
      await expectSamples(
        query(heading, "Rule group duration"),
        {
          [`${prefix}prometheus_rule_group_last_duration_seconds{rule_group="/etc/rules/a.yml;disks"}`]: `3x${MINUTES}`,
          [`${prefix}prometheus_rule_group_interval_seconds{rule_group="/etc/rules/a.yml;disks"}`]: `60x${MINUTES}`,
        },
        { '{group="disks"}': 5 },
      );
  });

  promtoolTest("counts Grafana's requests by status class, without WebSockets", async () => {
    const requests = (status: string) => `grafana_http_request_duration_seconds_count{status_code="${status}"}`;
    await expectSamples(
      query("Grafana", "Requests"),
      {
        [requests("200")]: growing(60),
        [requests("204")]: growing(60),
        [requests("502")]: growing(30),
        [requests("404")]: growing(0),
        [requests("-1")]: growing(60),
      },
      { '{status_class="2xx"}': 2, '{status_class="5xx"}': 0.5 },
    );
  });

  promtoolTest("counts requests of both log agents, also those without an answer", async () => {
    const requests = (program: string, instance: string, status: string) =>
      `${program}_request_duration_seconds_count{job="log_agent",instance="${instance}",status_code="${status}"}`;
    await expectSamples(
      query("Log agents", "Requests to Loki"),
      {
        [requests("promtail", "app", "204")]: growing(60),
        [requests("loki_write", "db", "204")]: growing(60),
        [requests("loki_write", "db", "-1")]: growing(30),
      },
      { '{status_class="2xx"}': 2, '{status_class="no answer"}': 0.5 },
    );
  });

  promtoolTest("shows how many bytes of its files a log agent has not read", async () => {
    const file = (metric: string, instance: string, path: string) =>
      `${metric}{job="log_agent",instance="${instance}",path="${path}"}`;
    await expectSamples(
      query("Log agents", "Unread bytes"),
      {
        [file("promtail_file_bytes_total", "app", "/a")]: `100x${MINUTES}`,
        [file("promtail_read_bytes_total", "app", "/a")]: `90x${MINUTES}`,
        [file("promtail_file_bytes_total", "app", "/b")]: `50x${MINUTES}`,
        [file("promtail_read_bytes_total", "app", "/b")]: `50x${MINUTES}`,
        [file("loki_source_file_file_bytes_total", "db", "/a")]: `10x${MINUTES}`,
        [file("loki_source_file_read_bytes_total", "db", "/a")]: `70x${MINUTES}`,
      },
      { '{instance="app"}': 10, '{instance="db"}': 0 },
    );
  });

  promtoolTest("shows the percentage of failed requests to Loki, and zero without failures", async () => {
    const push = (instance: string, status: string) =>
      `loki_request_duration_seconds_count{instance="${instance}",route="loki_api_v1_push",status_code="${status}"}`;
    await expectSamples(
      query("Loki requests and rules", "Failed requests"),
      { [push("a", "204")]: growing(3), [push("a", "500")]: growing(1), [push("b", "204")]: growing(1) },
      { '{instance="a"}': 25, '{instance="b"}': 0 },
    );
  });

  promtoolTest("names Alertmanagers by their host", async () => {
    const sent = (url: string) => `prometheus_notifications_sent_total{alertmanager="${url}"}`;
    await expectSamples(
      query("Alert delivery to Alertmanager", "Alerts sent"),
      {
        [sent("http://10.0.0.1:9093/api/v2/alerts")]: growing(60),
        [sent("https://[2001:db8::1]:9093/api/v2/alerts")]: growing(60),
        [sent("https://alerts.example.org/api/v2/alerts")]: growing(60),
      },
      { '{host="10.0.0.1"}': 1, '{host="[2001:db8::1]"}': 1, '{host="alerts.example.org"}': 1 },
    );
  });

  promtoolTest("shows the time since Loki's last compaction, and nothing before the first one", async () => {
    const done = "loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds";
    await expectSamples(
      query("Loki", "Time since compaction"),
      { [`${done}{instance="a"}`]: `900x${MINUTES}`, [`${done}{instance="b"}`]: `0x${MINUTES}` },
      { '{instance="a"}': 900 },
    );
  });
});
