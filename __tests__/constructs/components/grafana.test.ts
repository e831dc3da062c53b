import { Fn, TerraformStack, Token } from "cdktf";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Alertmanager,
  Dashboard,
  ExistingServer,
  Grafana,
  GrafanaProps,
  Loki,
  MonitoringHost,
  Secret,
} from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

const withGrafana = (props: GrafanaProps = {}, more: (hub: Hub, stack: TerraformStack) => void = () => undefined) =>
  synth((stack) => {
    const hub = new Hub(stack);
    new Grafana(hub.host, "grafana", props);
    more(hub, stack);
  });
const variables = (stack: Synthesized, host = "hub") => ({
  ...stack.run("grafana").vars,
  ...stack.run("grafana").hosts[host],
});
const outputOf = ({ json }: Synthesized, name: string): unknown => json.output[name]?.value;
const synthesis = (props: GrafanaProps) => () => withGrafana(props);

describe("Grafana", () => {
  test("has data sources for the placed components only", () => {
    const alone = variables(withGrafana());
    expect(alone.grafana_datasources).toEqual([
      {
        uid: "prometheus",
        name: "Prometheus",
        url: "https://198.18.12.236:9090",
        default: true,
        options: { httpMethod: "POST", timeInterval: "15s" },
      },
    ]);
    expect(alone.grafana_absent_datasources).toEqual(["Alertmanager", "Loki"]);

    const both = variables(
      withGrafana({}, (hub, stack) => {
        const other = new MonitoringHost(stack, "two", { monitoring: hub.monitoring, server: hub.server("two") });
        new Alertmanager(other, "alertmanager", { port: 19093 });
      }),
    );
    expect(both.grafana_datasources).toEqual([
      expect.objectContaining({
        uid: "prometheus",
        options: { httpMethod: "POST", timeInterval: "15s", alertmanagerUid: "alertmanager" },
      }),
      {
        uid: "alertmanager",
        name: "Alertmanager",
        url: expect.stringMatching(/^https:\/\/198\.18\.\d+\.\d+:19093$/) as string,
        options: { implementation: "prometheus" },
      },
    ]);
    expect(both.grafana_absent_datasources).toEqual(["Loki"]);
  });

  test("queries Loki at a URL below which the gateway accepts nothing else", () => {
    const stack = withGrafana({}, (hub) => new Loki(hub.host, "loki", { port: 13100 }));
    expect(variables(stack).grafana_datasources).toContainEqual({
      uid: "loki",
      name: "Loki",
      url: "https://198.18.12.236:13100/read",
      options: {},
    });
  });

  test("is scraped by Prometheus, and has an output with its URL", () => {
    const stack = withGrafana({}, (hub) => hub.member("app"));
    expect(stack.run("prometheus").hosts.hub?.prometheus_targets).toContainEqual({
      job: "grafana",
      scheme: "https",
      certificate: true,
      targets: [{ address: "198.18.12.236:3000", labels: { instance: "hub", monitoring: "monitoring" } }],
    });
    expect(outputOf(stack, "grafana_url")).toBe("https://198.18.12.236:3000");
  });

  test("has the built-in dashboards as files, and Fleet as its home", () => {
    const stack = withGrafana();
    const folder = join(stack.directory, "files/grafana/hub/dashboards");
    expect(readdirSync(folder).sort()).toEqual([
      "cdktf-monitoring-fleet.json",
      "cdktf-monitoring-monitoring.json",
      "cdktf-monitoring-server.json",
    ]);
    const fleet = JSON.parse(readFileSync(join(folder, "cdktf-monitoring-fleet.json"), "utf8")) as { uid: string };
    expect(fleet.uid).toBe("cdktf-monitoring-fleet");
    expect(variables(stack)).toMatchObject({
      grafana_home_dashboard: "cdktf-monitoring-fleet",
      monitoring_files_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test("links alerts in Fleet to the user's runbooks, and gives each member a row", () => {
    const stack = synth((scope) => {
      const hub = new Hub(scope, {}, { runbooks: "https://wiki.example.com/" });
      new Grafana(hub.host, "grafana");
      for (const name of ["a", "b", "c", "d"]) hub.member(name);
    });
    const fleet = readFileSync(
      join(stack.directory, "files/grafana/hub/dashboards/cdktf-monitoring-fleet.json"),
      "utf8",
    );
    expect(fleet).toContain("https://wiki.example.com/$1");
    const { panels } = JSON.parse(fleet) as { panels: { title: string; gridPos: { h: number } }[] };
    expect(panels.find(({ title }) => title === "Servers")?.gridPos.h).toBe(3 + 5);
  });

  test("adds user-provided dashboards, and rejects queries of metrics that nothing emits", () => {
    const write = (expr: string): Dashboard => {
      const file = join(mkdtempSync(join(tmpdir(), "dashboard-")), "shop.json");
      writeFileSync(
        file,
        JSON.stringify({ uid: "shop", title: "Shop", panels: [{ title: "Busy", targets: [{ expr }] }] }),
      );
      return Dashboard.fromFile(file);
    };
    const stack = withGrafana({ dashboards: [write("rate(node_cpu_seconds_total[5m])")] });
    expect(readdirSync(join(stack.directory, "files/grafana/hub/dashboards"))).toContain("shop.json");
    expect(synthesis({ dashboards: [write("node_cpu_second_total")] })).toThrow(
      /dashboard "Shop", panel "Busy".*node_cpu_second_total/,
    );
    expect(synthesis({ dashboards: [write("up"), write("up")] })).toThrow(
      /hub\/grafana.*the dashboards "Shop" and "Shop" have the same uid "shop"/,
    );
  });

  test("has an output with the command that reads a generated password, but not a given one", () => {
    const stack = withGrafana();
    expect(outputOf(stack, "grafana_password_command")).toMatch(
      /^ssh .*root@198\.18\.12\.236 cat \/var\/lib\/monitoring\/grafana\/admin_password$/,
    );
    const given = withGrafana({ adminPassword: Secret.fromEnvironment("GRAFANA_PASSWORD", { version: "2" }) });
    expect(Object.keys(given.json.output)).not.toContain("grafana_password_command");
    expect(given.run("grafana").vars.monitoring_secrets).toEqual([
      { name: "admin_password", environment: "GRAFANA_PASSWORD", version: "2" },
    ]);
  });

  test("reads the password with sudo if the SSH user is not root", () => {
    const stack = synth((scope) => {
      const { monitoring, network } = new Hub(scope);
      const server = new ExistingServer(scope, "old", { address: "10.0.0.7", user: "admin", network });
      new Grafana(new MonitoringHost(scope, "host", { monitoring, server }), "grafana");
    });
    expect(outputOf(stack, "grafana_password_command")).toBe(
      "ssh -o HostKeyAlias='old@10.0.0.7:22#1' -o UserKnownHostsFile=.cdktf-monitoring/test/known_hosts admin@10.0.0.7 sudo cat /var/lib/monitoring/grafana/admin_password",
    );
  });

  test("uses TLS with files of its server, and is scraped with TLS", () => {
    const stack = withGrafana({ tls: { certificate: "/etc/ssl/grafana.pem", key: "/etc/ssl/private/grafana.key" } });
    expect(outputOf(stack, "grafana_url")).toBe("https://198.18.12.236:3000");
    expect(variables(stack)).toMatchObject({
      grafana_url: "https://198.18.12.236:3000",
      grafana_tls_certificate: "/etc/ssl/grafana.pem",
      grafana_tls_key: "/etc/ssl/private/grafana.key",
    });
    expect(stack.run("prometheus").hosts.hub?.prometheus_targets).toContainEqual(
      expect.objectContaining({ job: "grafana", scheme: "https" }),
    );
  });

  test("has a given URL in its output and settings", () => {
    const stack = withGrafana({ url: "https://grafana.example.com/" });
    expect(outputOf(stack, "grafana_url")).toBe("https://grafana.example.com");
    expect(variables(stack)).toMatchObject({ grafana_url: "https://grafana.example.com", grafana_tls_key: "" });
  });

  test("passes settings, and secret settings as files", () => {
    const stack = withGrafana({
      settings: { "auth.google": { enabled: "true", client_id: "id" } },
      secretSettings: { "auth.google": { client_secret: Secret.fromFile("google.txt") } },
    });
    expect(variables(stack).grafana_settings).toEqual({
      "auth.google": {
        enabled: "true",
        client_id: "id",
        client_secret: "$__file{/etc/grafana/secrets/setting_auth.google_client_secret}".replace("${", "$${"),
      },
    });
    expect(stack.run("grafana").vars.monitoring_secrets).toEqual([
      { name: "setting_auth.google_client_secret", file: "google.txt", version: "1" },
    ]);
  });

  test("uses a PostgreSQL database", () => {
    const password = Secret.fromEnvironment("GRAFANA_DATABASE");
    const stack = withGrafana({ database: { host: "db.example.com", password } });
    expect(variables(stack)).toMatchObject({
      grafana_database_host: "db.example.com:5432",
      grafana_database_name: "grafana",
      grafana_database_user: "grafana",
      grafana_database_ssl_mode: "require",
    });
    expect(stack.run("grafana").vars.monitoring_secrets).toContainEqual(
      expect.objectContaining({ name: "database_password", environment: "GRAFANA_DATABASE" }),
    );
  });

  test.each([
    [
      { user: "$__file{/etc/shadow}" },
      'database: the user "$__file{/etc/shadow}" contains $__ or ${, which Grafana replaces',
    ],
    [{ name: "${HOME}" }, 'database: the name "${HOME}" contains $__ or ${, which Grafana replaces'],
    [{ name: "a`b" }, 'database: the name "a`b" contains a control character or a backquote'],
  ])("rejects a database that Grafana would not read literally: %j", (more, message) => {
    expect(() => withGrafana({ database: { host: "db.example.com", ...more } })).toThrow(message);
  });

  test("uses a database whose address Terraform determines", () => {
    const stack = withGrafana({
      database: { host: Fn.lower("DB"), port: Token.asNumber(Fn.tonumber("1234")) },
    });
    expect(variables(stack).grafana_database_host).toBe('${lower("DB")}:${tonumber("1234")}');
  });

  test("can be placed several times only with a shared database and shared secrets", () => {
    const shared: GrafanaProps = {
      database: { host: "db.example.com" },
      adminPassword: Secret.fromEnvironment("GRAFANA_PASSWORD"),
      secretKey: Secret.fromEnvironment("GRAFANA_KEY"),
    };
    const two = (props: GrafanaProps) =>
      withGrafana(props, (hub, stack) => {
        const other = new MonitoringHost(stack, "two", { monitoring: hub.monitoring, server: hub.server("two") });
        new Grafana(other, "grafana", props);
      });
    expect(Object.keys(two(shared).run("grafana").hosts)).toEqual(["hub", "two"]);
    expect(() => two({ ...shared, secretKey: undefined })).toThrow(
      /hub\/grafana\] 2 Grafanas must share a PostgreSQL database and its secrets: set secretKey to the same values as in the others/,
    );
    expect(() => two({})).toThrow(/set database, adminPassword, secretKey to the same values/);
  });

  test.each<[string, GrafanaProps, RegExp]>([
    ["an invalid URL", { url: "grafana.example.com" }, /hub\/grafana: url: "grafana.example.com" is not a URL/],
    [
      "a URL with plain HTTP in addition to TLS",
      { url: "http://g.example.com", tls: { certificate: "/c", key: "/k" } },
      /is plain HTTP, but tls is set: write https:\/\/, or remove tls/,
    ],
    ["a relative path", { tls: { certificate: "/c", key: "key.pem" } }, /tls: "key.pem" is not an absolute path/],
    ["an invalid port", { database: { host: "db", port: 0 } }, /database: 0 is not a port/],
    [
      "a host with a port",
      { database: { host: "db:5432" } },
      /database: the host "db:5432" contains a port: use a name or an address, and set the prop port/,
    ],
    [
      "an unknown SSL mode",
      { database: { host: "db", sslMode: "on" } },
      /the sslMode "on" is unknown: use disable, require/,
    ],
    [
      "a setting that follows from other props",
      { settings: { server: { http_port: "1" } } },
      /settings: \[server\] http_port: the construct sets this key itself: remove it from the settings/,
    ],
    [
      "a section that follows from other props",
      { settings: { paths: { logs: "/x" } } },
      /settings: \[paths\] logs: the construct sets this key itself/,
    ],
    [
      "an invalid name of a section",
      { settings: { "a]": { b: "c" } } },
      /"a\]" is not a valid name of a section or key/,
    ],
    ["a line break", { settings: { a: { b: "c\nd" } } }, /\[a\] b: the value contains a line break/],
    [
      "a secret setting that follows from other props",
      { secretSettings: { security: { secret_key: Secret.fromEnvironment("KEY") } } },
      /secretSettings: \[security\] secret_key: the construct sets this key itself/,
    ],
    [
      "secret settings with the same name of a file",
      { secretSettings: { a: { b_c: Secret.fromEnvironment("KEY") }, a_b: { c: Secret.fromEnvironment("KEY") } } },
      /secretSettings: \[a\] b_c and \[a_b\] c would have the same file name on the server/,
    ],
    [
      "a setting that is also a secret setting",
      { settings: { a: { b: "c" } }, secretSettings: { a: { b: Secret.fromEnvironment("KEY") } } },
      /\[a\] b is in both settings and secretSettings: remove one of them/,
    ],
  ])("rejects %s", (_, props, message) => {
    expect(synthesis(props)).toThrow(message);
  });
});
