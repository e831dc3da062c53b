import { parseArgs } from "node:util";
import { mutantsOf, runMutants } from "../../__tests__/support/mutants";
import { main, UserError } from "../cli/common";
import { promtoolStep } from "../local/preparation";

const HELP = `npm run mutate [-- alerts]: proves the tests of the alert rules

  Changes each rule in every way that must not go unnoticed (thresholds, comparisons, matchers, how long it must have
  been so, severity), one at a time, and runs the alert's promtool tests. A change that no test notices fails it.

  -h, --help  this text`;

async function mutate(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  Object.assign(
    process.env,
    await promtoolStep.ensure((line) => {
      console.error(line);
    }),
  );
  const started = Date.now();
  const mutants = mutantsOf(positionals.length === 0 ? undefined : positionals);
  if (mutants.length === 0) throw new UserError(`no built-in alert is called ${positionals.join(" or ")}`);
  const { survivors } = await runMutants(mutants);
  for (const { alert, change } of survivors) console.log(`survived: ${alert}: ${change}`);
  const noticed = mutants.length - survivors.length;
  console.log(
    `${noticed} of ${mutants.length} mutants noticed (${((100 * noticed) / mutants.length).toFixed(1)} %), in ${Math.round((Date.now() - started) / 1000)} s`,
  );
  if (survivors.length > 0) throw new UserError("a test is missing for each mutant that survived");
}

main(mutate);
