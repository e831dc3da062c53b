import { mutantsOf, runMutants } from "../../support/mutants";
import { promtoolTest } from "../../support/promtool";

// "npm run mutate <alert>…" selects alerts.
const { MUTATED_ALERTS } = process.env;
const mutants = mutantsOf(MUTATED_ALERTS ? MUTATED_ALERTS.split(",") : undefined);

promtoolTest(
  `each of the ${mutants.length} mutants of the alert rules is detected`,
  async () => {
    const { survivors } = await runMutants(mutants);
    expect(survivors.map(({ alert, change }) => `${alert}: ${change}`)).toEqual([]);
  },
  900,
);
