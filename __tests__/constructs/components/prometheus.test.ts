import { TerraformStack, Testing } from "cdktf";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Alert, Loki, PrometheusProps, Secret, Severity } from "../../../constructs/index";
import { synth } from "../../support/synth";
import { Hub } from "../../support/topology";

const variables = (props: PrometheusProps): Record<string, unknown> =>
  synth((stack) => {
    new Hub(stack, props);
  }).run("prometheus").hosts.hub as Record<string, unknown>;

describe("Prometheus", () => {
  test("scrapes itself and every member, with the servers' names as instances", () => {
    const { hosts } = synth((stack) => {
      new Hub(stack).member("app");
    }).run("prometheus");
    const byTls = { scheme: "https", certificate: true };
    const labels = { instance: "hub", monitoring: "monitoring" };
    expect(hosts.hub?.prometheus_targets).toEqual([
      { job: "gateway", ...byTls, targets: [{ address: "198.18.12.236:3180", labels }] },
      {
        job: "node",
        ...byTls,
        targets: [
          { address: "198.18.10.17:9100", labels: { instance: "app", monitoring: "monitoring" } },
          { address: "198.18.12.236:9100", labels },
        ],
      },
      { job: "prometheus", ...byTls, targets: [{ address: "198.18.12.236:9090", labels }] },
    ]);
  });

  test("has Prometheus' own defaults", () => {
    expect(variables({})).toMatchObject({
      prometheus_port: 9190,
      prometheus_retention_time: "15d",
      prometheus_retention_size: "",
      prometheus_scrape_interval: "15s",
      prometheus_scrape_timeout: "10s",
      prometheus_evaluation_interval: "15s",
      prometheus_alertmanagers: [],
      prometheus_external_labels: {},
      prometheus_remote_write_receiver: false,
      prometheus_extra_flags: [],
      prometheus_scrape_jobs: [],
    });
  });

  test("passes retention, labels, flags and jobs, and shortens the timeout to a short interval", () => {
    const given = variables({
      port: 19090,
      apiPort: 19190,
      retention: "30d",
      retentionSize: "10GB",
      scrapeInterval: "5s",
      evaluationInterval: "1m",
      externalLabels: { site: "a ${b}" },
      extraFlags: ["--web.enable-admin-api", "--log.level=debug"],
      scrapeJobs: [
        { job: "app", targets: ["10.0.0.1:8080"], metricsPath: "/m", bearerToken: Secret.fromEnvironment("APP_TOKEN") },
      ],
    });
    expect(given).toMatchObject({
      prometheus_port: 19190,
      prometheus_external_url: "https://198.18.12.236:19090",
      prometheus_retention_time: "30d",
      prometheus_retention_size: "10GB",
      prometheus_scrape_interval: "5s",
      prometheus_scrape_timeout: "5s",
      prometheus_evaluation_interval: "1m",
      prometheus_external_labels: { site: "a $$${b}" },
      prometheus_extra_flags: ["--web.enable-admin-api", "--log.level=debug"],
      prometheus_scrape_jobs: [
        { job: "app", targets: ["10.0.0.1:8080"], metrics_path: "/m", bearer_token_secret: "scrape_app" },
      ],
    });
  });

  test("passes references to secrets instead of their values", () => {
    process.env.APP_TOKEN = "s3cr3t-value";
    try {
      const stack = synth((scope) => {
        new Hub(scope, {
          scrapeJobs: [
            {
              job: "app",
              targets: ["10.0.0.1:8080"],
              bearerToken: Secret.fromEnvironment("APP_TOKEN", { version: "7" }),
            },
          ],
        });
      });
      expect(stack.run("prometheus").vars.monitoring_secrets).toEqual([
        { name: "scrape_app", environment: "APP_TOKEN", version: "7" },
      ]);
      expect(JSON.stringify(stack.json)).not.toContain("s3cr3t-value");
    } finally {
      delete process.env.APP_TOKEN;
    }
  });

  test("has files for built-in rules, user-provided rules and runbooks", () => {
    const custom = Alert.custom({
      name: "QueueTooLong",
      expr: "up == 0",
      severity: Severity.WARNING,
      summary: "{{ $labels.instance }} has a long queue",
      description: "Look at it.",
    });
    const { directory } = synth((stack) => {
      new Hub(stack, { evaluationInterval: "5s" }, { alerts: [custom] });
    });
    const read = (path: string) => readFileSync(join(directory, "files/prometheus/hub", path), "utf8");
    expect(read("rules/monitoring.yml")).toContain("alert: Watchdog");
    expect(read("rules/monitoring.yml")).not.toContain("QueueTooLong");
    expect(read("rules/custom.yml")).toContain("{{ $labels.instance }} has a long queue");
    expect(read("web/runbooks.html")).toContain('<section id="Watchdog">');
  });

  test("accepts the samples of Loki", () => {
    const stack = synth((scope) => {
      new Loki(new Hub(scope).host, "loki");
    });
    expect(stack.variables("prometheus", "hub")).toMatchObject({ prometheus_remote_write_receiver: true });
  });

  test("has no file for user-provided rules if there are none", () => {
    const { directory } = synth((stack) => {
      new Hub(stack);
    });
    expect(readdirSync(join(directory, "files/prometheus/hub/rules"))).toEqual(["monitoring.yml"]);
  });

  test.each<[PrometheusProps, string]>([
    [{ port: 80 }, "port 80 cannot be used: use a port from 1024 to 65535"],
    [{ retention: "a month" }, 'retention: "a month" is not a duration such as "15s", "1h30m" or "30d"'],
    [{ retentionSize: "10 GB" }, 'retentionSize: "10 GB" is not a size such as "512MB" or "10GB"'],
    [{ scrapeInterval: "0s" }, 'scrapeInterval: "0s" must be greater than zero'],
    [{ evaluationInterval: "often" }, 'evaluationInterval: "often" is not a duration such as "15s", "1h30m" or "30d"'],
    [{ scrapeTimeout: "20s" }, 'scrapeTimeout: "20s" is longer than the scrape interval, "15s"'],
    [{ externalLabels: { "a-b": "c" } }, 'externalLabels: "a-b" is not a label name'],
    [{ extraFlags: ["-v"] }, '"-v" is not a flag: write "--name" or "--name=value"'],
    [
      { extraFlags: ["--config.file=/etc/passwd"] },
      "extraFlags: cdktf-monitoring depends on the value of --config.file: remove the flag",
    ],
    [
      { scrapeJobs: [{ job: "a/b", targets: [] }] },
      'scrapeJobs: "a/b" is not a valid job name: use only letters, digits, ".", "_" and "-"',
    ],
    [
      {
        scrapeJobs: [
          { job: "a", targets: [] },
          { job: "a", targets: [] },
        ],
      },
      'scrapeJobs, job "a": two jobs have this name: rename one of them',
    ],
    [
      { scrapeJobs: [{ job: "a", targets: ["http://x:1/"] }] },
      'scrapeJobs, job "a": the target "http://x:1/" is not "host:port"',
    ],
    [
      { scrapeJobs: [{ job: "a", targets: [], scheme: "ftp" }] },
      'scrapeJobs, job "a": the scheme "ftp" is unknown: use "http" or "https"',
    ],
    [
      { scrapeJobs: [{ job: "a", targets: [], timeout: "1m" }] },
      'scrapeJobs, job "a": the timeout "1m" is longer than the scrape interval, "15s"',
    ],
  ])("rejects %j", (props, message) => {
    const stack = new TerraformStack(Testing.app(), "test");
    expect(() => new Hub(stack, props)).toThrow(`test/hub/prometheus: ${message}`);
  });

  test("rejects a job with the name of a built-in job", () => {
    expect(() => variables({ scrapeJobs: [{ job: "node", targets: ["10.0.0.1:1"] }] })).toThrow(
      '[test/hub/prometheus] scrapeJobs: "node" is the name of a built-in job: choose another name',
    );
  });
});
