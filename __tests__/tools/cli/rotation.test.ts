import { DeployedSecret, deployedSecrets, selectSecrets } from "../../../tools/cli/rotation";
import { runTool } from "../../support/tools";

const inventory = JSON.stringify({
  all: {
    children: {
      run_prometheus: {
        hosts: { hub: {} },
        vars: { monitoring_secrets: [{ name: "scrape_app", file: "secrets/token", version: "1" }] },
      },
      run_alertmanager: {
        hosts: { second: {}, hub: {} },
        vars: {
          monitoring_secrets: [
            { name: "ops.webhook_url", environment: "SLACK_WEBHOOK_URL", version: "1" },
            { name: "pager.routing_key", environment: "PAGERDUTY_KEY", version: "3" },
          ],
        },
      },
      run_node_exporter: { hosts: { hub: {} }, vars: { monitoring_secrets: [] } },
      run_cleanup: {},
    },
  },
});
const run = (name: string): { name: string; inventory: string } => ({ name, inventory });
const runs = new Map([
  ["prometheus", run("prometheus")],
  ["other_alertmanager", run("alertmanager")],
  ["node_exporter", run("node_exporter")],
  ["cleanup", run("cleanup")],
]);
const secrets = deployedSecrets(runs);

describe("deployedSecrets", () => {
  it("lists the secrets of all runs with their sources and servers", () => {
    expect(secrets).toEqual([
      { name: "scrape_app", source: "secrets/token", run: "prometheus", servers: ["hub"] },
      {
        name: "ops.webhook_url",
        source: "SLACK_WEBHOOK_URL",
        run: "other_alertmanager",
        servers: ["hub", "second"],
      },
      { name: "pager.routing_key", source: "PAGERDUTY_KEY", run: "other_alertmanager", servers: ["hub", "second"] },
    ]);
  });
});

describe("the certificates of the user", () => {
  it("are secrets of one server each", () => {
    const own = (server: string): object => ({
      monitoring_certificate: { own: { key: { name: "key", file: `pki/${server}/loki-key.pem`, version: "1" } } },
    });
    const children = { run_loki: { hosts: { hub: own("hub"), second: own("second") }, vars: {} } };
    const found = deployedSecrets(
      new Map([["loki", { name: "loki", inventory: JSON.stringify({ all: { children } }) }]]),
    );
    expect(found).toEqual([
      { name: "key", source: "pki/hub/loki-key.pem", run: "loki", servers: ["hub"] },
      { name: "key", source: "pki/second/loki-key.pem", run: "loki", servers: ["second"] },
    ]);
  });
});

describe("selectSecrets", () => {
  const names = (...wanted: string[]): string[] =>
    selectSecrets(secrets, wanted).map(({ name }: DeployedSecret) => name);

  it("selects all secrets, or those with a name, variable or file", () => {
    expect(names()).toEqual(["scrape_app", "ops.webhook_url", "pager.routing_key"]);
    expect(names("ops.webhook_url")).toEqual(["ops.webhook_url"]);
    expect(names("PAGERDUTY_KEY", "secrets/token")).toEqual(["scrape_app", "pager.routing_key"]);
  });

  it("rejects an unknown secret and lists the known ones", () => {
    expect(() => names("SLACK_URL")).toThrow(
      'unknown secret "SLACK_URL": the stack uses scrape_app (secrets/token), ops.webhook_url (SLACK_WEBHOOK_URL), pager.routing_key (PAGERDUTY_KEY)',
    );
    expect(() => selectSecrets([], ["x"])).toThrow('unknown secret "x": the stack uses no secrets');
  });
});

describe("npm run rotate", () => {
  it("prints an error without a stack trace", () => {
    const { status, stderr } = runTool("cli/commands/rotate.ts", ["--force"]);
    expect(status).toBe(1);
    expect(stderr).toContain("Unknown option '--force'");
    expect(stderr).not.toContain("    at ");
  }, 30_000);
});
