import { Measurement, Outcome, Verdict } from "../measurement";
import { Observation } from "../observation";
import { Commands, Failure } from "../failures";
import { count } from "../text";

/** What one of the things that a monitoring promises came to. */
export interface CheckResult {
  /** What was promised and what was measured, in a line. */
  readonly text: string;
  readonly outcome: Outcome;
  /** What is not as promised, beyond the edges and the servers that are told anyway. */
  readonly differences: readonly Failure[];
}

/** One of the things that a monitoring promises. Undefined where there is nothing that it is about. */
export type Check = (measured: Measurement, commands: Commands) => CheckResult | undefined;

/** The promise that components of some kinds are reached by those only who have business there. */
export function reachedOnlyBy(title: string, who: string, ...kinds: readonly string[]): Check {
  const ours = (name: string): boolean => kinds.some((kind) => name.startsWith(`${kind}_`));
  return ({ verdicts, fleet }) => {
    const holders = fleet.servers.filter(({ ports }) => ports.some(({ name }) => ours(name)));
    if (holders.length === 0) return undefined;
    const mine = verdicts.filter(({ probe }) => ours(probe.name));
    return {
      text: `${title}: reached by ${who} only: ${count(holders.length, "server")}, ${tally(mine)}`,
      outcome: worst(mine.map(({ outcome }) => outcome)),
      differences: [],
    };
  };
}

/** How tries came out, in words. */
export function tally(verdicts: readonly Verdict[]): string {
  const of = (outcome: Outcome): Verdict[] => verdicts.filter((verdict) => verdict.outcome === outcome);
  const fine = of(Outcome.PASS);
  const open = fine.filter(({ expected }) => expected === "open").length;
  const unmeasured = of(Outcome.NOT_MEASURED).length;
  return [
    `${count(verdicts.length, "probe")} (${open} let in, ${fine.length - open} dropped)`,
    count(of(Outcome.FAIL).length, "difference"),
    ...(unmeasured === 0 ? [] : [`${unmeasured} not measured`]),
  ].join(", ");
}

/** The worst of outcomes; where there is none, nothing was measured. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes(Outcome.FAIL)) return Outcome.FAIL;
  return outcomes.length === 0 || outcomes.includes(Outcome.NOT_MEASURED) ? Outcome.NOT_MEASURED : Outcome.PASS;
}

/** What comes of what was found, where not all could be measured or all could. */
export function outcomeOf(differences: readonly Failure[], complete: boolean): Outcome {
  if (differences.length > 0) return Outcome.FAIL;
  return complete ? Outcome.PASS : Outcome.NOT_MEASURED;
}

/** The servers that could be looked at, and what the code has on them. */
export function lookedAt({
  fleet,
  looks,
}: Measurement): { readonly look: Observation; readonly components: readonly string[] }[] {
  return fleet.servers.flatMap(({ name, components }) => {
    const look = looks.get(name);
    return look === undefined || look.silent !== undefined ? [] : [{ look, components }];
  });
}
