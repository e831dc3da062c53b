/** A PromQL or LogQL query of a rule or a dashboard. */
export interface Query {
  /** Origin of the query in messages, such as `alert "DiskFull"` or `dashboard "Fleet", panel "CPU"`. */
  readonly where: string;
  /** The query, in PromQL or LogQL. */
  readonly expression: string;
  /** Syntax error of the query; undefined if the check of the query parses it. @internal */
  readonly _problem?: string;
  /** Whether the user exempted the query from the checks. @internal */
  readonly _unchecked?: boolean;
}
