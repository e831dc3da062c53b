import { allGroups, rulesOf } from "../../support/alerts";
import { checksOf, promtoolTest, ruleTests, runRuleTests } from "../../support/promtool";
import { expectations } from "./expectations";

const groups = allGroups();
const rules = rulesOf(groups);
const checks = checksOf(expectations);

promtoolTest(
  `the ${rules.length} alerting rules meet ${checks.length} checks in ${expectations.length} situations`,
  async () => {
    const found = await runRuleTests(ruleTests(groups, expectations));
    expect(found.filter((problem) => problem !== undefined)).toEqual([]);
  },
  300,
);

describe("the expectations", () => {
  it.each(rules.map((rule) => [rule.name, rule.severity] as const))("cover %s (%s)", (name, severity) => {
    const checksOfRule = checks.filter(({ situation }) => situation.alert === name);
    const fires = checksOfRule.map(({ firing }) => firing.some((alert) => alert.severity === severity));
    expect(fires).toContain(true);
    // The Watchdog always fires.
    const quiet = fires.filter((firing) => !firing).length;
    expect(quiet > 0 || name === "Watchdog").toBe(true);
    expect(checksOfRule.length).toBeGreaterThanOrEqual(2);
  });

  it("compare the summary of each alert at least once", () => {
    const compared = new Set(expectations.flatMap(({ alert, fires }) => (comparesTexts(fires) ? [alert] : [])));
    expect(rules.map(({ name }) => name).filter((name) => !compared.has(name))).toEqual([]);
  });
});

function comparesTexts(fires: (typeof expectations)[number]["fires"]): boolean {
  return Object.values(fires).some((firing) => firing.some((alert) => alert.annotations !== undefined));
}
