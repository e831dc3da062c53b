import { spawnSync } from "node:child_process";
import { builtInAlerts } from "../../../lib/alerts/built-in/index";
import { projectRoot } from "../../../tools/cli/common";
import { mutantsOf, runMutants } from "../../support/mutants";
import { promtoolTest } from "../../support/promtool";

const changes = (alert: string): string[] => mutantsOf([alert]).map(({ change }) => change);

describe("the mutants of a rule", () => {
  test("change its comparison, its matchers, how long it must have been so, and its severity", () => {
    expect(changes("UnitFailed")).toEqual([
      'warning: "!=" instead of "=" at _systemd_unit_state{state="failed"} ',
      'warning: "!=" instead of "==" at it_state{state="failed"} == 1',
      "warning: for 6m instead of 5m",
      "warning: for 4m instead of 5m",
      "warning: for 0m instead of 5m",
      "warning: severity critical",
      "warning: severity none",
    ]);
  });

  test("shift each threshold to both sides", () => {
    expect(changes("UnitCrashLooping").slice(0, 4)).toEqual([
      "restarts 4 instead of 5 restarts",
      "restarts 6 instead of 5 restarts",
      "window 14 instead of 15 minutes",
      "window 16 instead of 15 minutes",
    ]);
    expect(changes("ClockDrifting").slice(0, 2)).toEqual([
      "offset 0.0475 instead of 0.05 seconds",
      "offset 0.0525 instead of 0.05 seconds",
    ]);
  });

  test("change what its recordings say, too", () => {
    expect(changes("ServerUnreachable").filter((change) => change.startsWith("monitoring:server_seen"))).not.toEqual(
      [],
    );
  });

  test("differ from it, and from each other", () => {
    for (const { name } of builtInAlerts) {
      const rendered = mutantsOf([name]).map(({ groups }) => JSON.stringify(groups));
      expect(new Set(rendered).size).toBe(rendered.length);
    }
  });
});

describe("running them", () => {
  promtoolTest("finds what no check notices", async () => {
    const [mutant] = mutantsOf(["UnitFailed"]);
    if (!mutant) throw new Error("there is no mutant");
    // One that is what the rule should be survives.
    const groups = mutant.groups.map((group) => ({
      ...group,
      alerts: group.alerts.map((rule) => ({ ...rule, expr: rule.expr.replace('state!="failed"', 'state="failed"') })),
    }));
    const unchanged = { ...mutant, groups };
    expect(await runMutants([mutant, unchanged])).toEqual({ mutants: 2, survivors: [unchanged] });
  });
});

describe("npm run mutate", () => {
  const tool = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "tools/dev/mutate.ts", ...args], {
      cwd: projectRoot,
      encoding: "utf8",
    });

  test("tells what it does", () => {
    const { status, stdout } = tool("--help");
    expect(status).toBe(0);
    expect(stdout).toContain("one at a time");
  }, 30_000);

  promtoolTest("names an alert that there is not", async () => {
    const { status, stderr } = tool("DiskFul");
    expect(status).toBe(1);
    expect(stderr).toContain("no built-in alert is called DiskFul");
    await Promise.resolve();
  });
});
