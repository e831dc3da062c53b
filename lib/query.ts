/** A PromQL or LogQL query of a rule or a dashboard. */
export interface Query {
  /** Origin of the query in messages, such as `alert "DiskFull"` or `dashboard "Fleet", panel "CPU"`. */
  readonly where: string;
  /** The query, in PromQL or LogQL. */
  readonly expression: string;
  /** Syntax error of the query; undefined if the check of the query parses it. @internal */
  readonly _problem?: string;
  /**
   * Whether the query may have no data: it may use metrics of which the catalogue knows only a pattern. It may also use
   * metrics that nothing emits, if another query of the same origin has data.
   *
   * @internal
   */
  readonly _mayBeEmpty?: boolean;
  /** Whether the user exempted the query from the checks. @internal */
  readonly _unchecked?: boolean;
}

/** Returns the message of a problem with a query: its origin, the problem and, for user-provided dashboards, the opt-out. */
export function queryProblem({ where, _mayBeEmpty: mayBeEmpty }: Query, problem: string): string {
  const optOut = `${problem.endsWith("?") ? "" : "."} To skip the checks, add the dashboard with { unchecked: true }`;
  return `${where}: ${problem}${mayBeEmpty ? optOut : ""}`;
}
