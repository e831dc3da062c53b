import { mutantsOf, runMutants } from "../../support/mutants";
import { promtoolTest } from "../../support/promtool";

const mutants = mutantsOf();

promtoolTest(
  `each of the ${mutants.length} mutants of the alert rules is detected`,
  async () => {
    const { survivors } = await runMutants(mutants);
    expect(survivors.map(({ alert, change }) => `${alert}: ${change}`)).toEqual([]);
  },
  900,
);
