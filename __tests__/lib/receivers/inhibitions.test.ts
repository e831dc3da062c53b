import { builtInAlerts } from "../../../lib/alerts/built-in";
import { inhibitions } from "../../../lib/receivers/inhibitions";
import { expectations } from "../alerts/expectations";

const [, critical] = inhibitions({});
const twoLevels = builtInAlerts.filter(({ levels }) => levels.length > 1).map(({ name }) => name);

it.each(twoLevels)("a critical %s inhibits only the warning about the same subject", (name) => {
  const firing = expectations.filter(({ alert }) => alert === name).flatMap(({ fires }) => Object.values(fires).flat());
  const labels = new Set(firing.flatMap((alert) => Object.keys(alert.labels)));
  expect(labels.size).toBeGreaterThan(0);
  expect([...labels].filter((label) => !critical?.equal.includes(label))).toEqual([]);
});
