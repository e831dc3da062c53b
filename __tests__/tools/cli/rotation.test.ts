import { spawnSync } from "node:child_process";
import { projectRoot } from "../../../tools/cli/common";
import { DeployedSecret, deployedSecrets, wantedSecrets } from "../../../tools/cli/rotation";

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
  test("has the secrets of all runs, with where they are here and whom they are for", () => {
    expect(secrets).toEqual([
      { name: "scrape_app", place: "secrets/token", run: "prometheus", servers: ["hub"] },
      {
        name: "ops.webhook_url",
        place: "SLACK_WEBHOOK_URL",
        run: "other_alertmanager",
        servers: ["hub", "second"],
      },
      { name: "pager.routing_key", place: "PAGERDUTY_KEY", run: "other_alertmanager", servers: ["hub", "second"] },
    ]);
  });
});

describe("wantedSecrets", () => {
  const names = (...wanted: string[]): string[] =>
    wantedSecrets(secrets, wanted).map(({ name }: DeployedSecret) => name);

  test("are all, or those of a name, a variable or a file", () => {
    expect(names()).toEqual(["scrape_app", "ops.webhook_url", "pager.routing_key"]);
    expect(names("ops.webhook_url")).toEqual(["ops.webhook_url"]);
    expect(names("PAGERDUTY_KEY", "secrets/token")).toEqual(["scrape_app", "pager.routing_key"]);
  });

  test("refuses what there is not, and names what there is", () => {
    expect(() => names("SLACK_URL")).toThrow(
      '"SLACK_URL" is no secret of this stack: there are scrape_app (secrets/token), ops.webhook_url (SLACK_WEBHOOK_URL), pager.routing_key (PAGERDUTY_KEY)',
    );
    expect(() => wantedSecrets([], ["x"])).toThrow('"x" is no secret of this stack: there are none');
  });
});

describe("npm run rotate", () => {
  const tool = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "tools/cli/commands/rotate.ts", ...args], {
      cwd: projectRoot,
      encoding: "utf8",
    });

  test("tells what it does", () => {
    const { status, stdout } = tool("--help");
    expect(status).toBe(0);
    for (const word of ["--list", "--check", "--stack", "Change the environment variable or file"])
      expect(stdout).toContain(word);
  }, 30_000);

  test("says what is wrong, without a stack trace", () => {
    const { status, stderr } = tool("--force");
    expect(status).toBe(1);
    expect(stderr).toContain("Unknown option '--force'");
    expect(stderr).not.toContain("    at ");
  }, 30_000);
});
