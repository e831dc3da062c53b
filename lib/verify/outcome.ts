/** The outcome of a probe or a check. A skipped check had nothing to measure; it does not change the status. */
export enum Outcome {
  PASS = "pass",
  FAIL = "fail",
  NOT_MEASURED = "not measured",
  SKIPPED = "skipped",
}

/** The worst of several outcomes; `NOT_MEASURED` if there are none. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes(Outcome.FAIL)) return Outcome.FAIL;
  return outcomes.length === 0 || outcomes.includes(Outcome.NOT_MEASURED) ? Outcome.NOT_MEASURED : Outcome.PASS;
}
