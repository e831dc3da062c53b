import { mutantsOf, runMutants } from "../../support/mutants";
import { promtoolTest } from "../../support/promtool";

const mutants = mutantsOf();

promtoolTest(
  `each of ${mutants.length} changes of the alert rules turns a check red`,
  async () => {
    const { survivors } = await runMutants(mutants);
    expect(survivors.map(({ alert, change }) => `${alert}: ${change}`)).toEqual([]);
  },
  900,
);
