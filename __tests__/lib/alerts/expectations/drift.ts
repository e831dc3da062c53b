import { APP, critical, Labels, metrics, Situation, warning } from "../../../support/expectations";

const SECRET: Labels = {
  ...APP,
  component: "alertmanager",
  path: "/etc/alertmanager/secrets/token",
  change: "has mode 0644 instead of 0640",
};
const firewall = (state: string, values: string) => metrics({ ...APP, state }, { monitoring_firewall_intact: values });
/** The clock of a server, and the time of its last comparison, both in minutes. */
const times = (now: string, compared: string) =>
  metrics(APP, {
    node_time_seconds: now,
    monitoring_drift_check_timestamp_seconds: compared,
    node_textfile_scrape_error: "0x80",
  });

export const drift: readonly Situation[] = [
  {
    alert: "FirewallMissing",
    when: "another program flushes all tables",
    series: { ...firewall("intact", "1x9 _x30"), ...firewall("is missing", "_x10 0x30") },
    fires: {
      11: [],
      12: [
        critical(
          { ...APP, state: "is missing" },
          "The firewall table of app is missing",
          "The firewall table of app is missing, so that unauthorized sources may reach the ports of the monitoring. Another program or a person changed it after the last deploy. Run the firewall's playbook on the server.",
        ),
      ],
    },
  },
  {
    alert: "FirewallMissing",
    when: "a person changes a rule",
    series: firewall("differs from the deployed rules", "0x30"),
    fires: {
      1: [],
      30: [
        critical(
          { ...APP, state: "differs from the deployed rules" },
          "The firewall table of app differs from the deployed rules",
        ),
      ],
    },
  },
  {
    alert: "FirewallMissing",
    when: "the table is as deployed",
    series: firewall("intact", "1x30"),
    fires: { 2: [], 30: [] },
  },
  {
    alert: "DeployedFilesChanged",
    when: "a secret becomes readable for everybody",
    series: metrics(SECRET, { monitoring_deployed_change: "_x10 1x30" }),
    fires: {
      24: [],
      25: [
        warning(
          SECRET,
          "/etc/alertmanager/secrets/token on app has mode 0644 instead of 0640",
          "/etc/alertmanager/secrets/token of alertmanager on app has mode 0644 instead of 0640. The last deploy did not do this: a person or another program changed it, or a deploy was interrupted. Run the playbook of the component on the server.",
        ),
      ],
    },
  },
  {
    alert: "DeployedFilesChanged",
    when: "a deploy changes a file and records it after ten minutes",
    series: metrics(SECRET, { monitoring_deployed_change: "_x10 1x9 _x30" }),
    fires: { 20: [], 40: [] },
  },
  {
    alert: "DriftCheckStopped",
    when: "the last comparison is more than ten minutes old",
    // GIVEN a comparison in minute 5, WHEN 10 minutes passed, THEN the alert waits for 15 more minutes.
    series: times("0+60x80", "0+60x5 300x74"),
    fires: {
      30: [],
      31: [warning(APP, "app is no longer compared with its last deploy")],
    },
  },
  {
    alert: "DriftCheckStopped",
    when: "a comparison takes place every minute",
    series: times("30+60x80", "0+60x80"),
    fires: { 16: [], 80: [] },
  },
  {
    alert: "DriftCheckStopped",
    when: "a server was never compared",
    series: metrics(APP, { node_time_seconds: "0+60x80", node_textfile_scrape_error: "0x80" }),
    fires: { 14: [], 15: [warning(APP)] },
  },
  {
    alert: "DriftCheckStopped",
    when: "the node exporter has no textfile collector",
    series: metrics(APP, { node_time_seconds: "0+60x80" }),
    fires: { 15: [], 80: [] },
  },
];
