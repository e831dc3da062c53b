import { allGroups, rulesOf } from "../../support/alerts";
import { checksOf, promtoolTest, ruleTests, runRuleTests } from "../../support/promtool";
import { promises } from "./promises";

const groups = allGroups();
const rules = rulesOf(groups);
const checks = checksOf(promises);

promtoolTest(
  `the ${rules.length} alerting rules keep what they promise in ${promises.length} situations, by ${checks.length} checks`,
  async () => {
    const found = await runRuleTests(ruleTests(groups, promises));
    expect(found.filter((problem) => problem !== undefined)).toEqual([]);
  },
  300,
);

describe("for each rule", () => {
  test.each(rules.map((rule) => [rule.name, rule.severity] as const))("%s (%s) there are checks", (name, severity) => {
    const own = checks.filter(({ situation }) => situation.alert === name);
    const fires = own.map(({ firing }) => firing.some((alert) => alert.severity === severity));
    expect(fires).toContain(true);
    // The Watchdog is the one that never keeps still.
    const quiet = fires.filter((firing) => !firing).length;
    expect(quiet > 0 || name === "Watchdog").toBe(true);
    expect(own.length).toBeGreaterThanOrEqual(2);
  });

  test("what people read is compared at least once", () => {
    const read = new Set(promises.flatMap(({ alert, fires }) => (says(fires) ? [alert] : [])));
    expect(rules.map(({ name }) => name).filter((name) => !read.has(name))).toEqual([]);
  });
});

function says(fires: (typeof promises)[number]["fires"]): boolean {
  return Object.values(fires).some((firing) => firing.some((alert) => alert.says !== undefined));
}
