/** How much an alert matters: its label `severity`, by which it is routed. */
export enum Severity {
  /** Somebody should look at once: something is out of order, or will be within hours. */
  CRITICAL = "critical",
  /** Somebody should look within a working day. */
  WARNING = "warning",
  /** For machines only, as the Watchdog, which always fires. */
  NONE = "none",
}

/** What evaluates a rule, and in which language it is written. */
export enum Evaluator {
  /** Prometheus, by PromQL, on metrics. */
  PROMETHEUS = "prometheus",
  /** Loki's ruler, by LogQL, on lines of logs. */
  LOKI = "loki",
}

/** What people read about an alert. Both texts are Go templates, which know `$labels` and `$value`. */
export interface AlertAnnotations {
  /** What is wrong, and where, in a line. */
  readonly summary: string;
  /** How bad it is, and what to do. */
  readonly description: string;
  /** The page that says what it means, how to look and how to mend; none for a user's own alert without one. */
  readonly runbook_url?: string;
  /** The uid of the dashboard that shows it. */
  readonly dashboard?: string;
}

/** One alerting rule of Prometheus or Loki. Two levels of one thing are two rules of one name, with different severities. */
export interface AlertRule {
  /** What it is called. */
  readonly name: string;
  /** PromQL or LogQL: it fires for every series that the expression has. */
  readonly expr: string;
  /** How long the expression must have had a series before it fires for it. @default - at once */
  readonly for?: string;
  /** How bad it is. */
  readonly severity: Severity;
  /** Labels beside `alertname` and `severity`. */
  readonly labels: Readonly<Record<string, string>>;
  /** What people are told. */
  readonly annotations: AlertAnnotations;
}

/** One recording rule of Prometheus: a series that is computed from others. */
export interface RecordingRule {
  /** The metric's name. */
  readonly record: string;
  /** The expression whose value is recorded, in PromQL. */
  readonly expr: string;
  /**
   * Labels that are added to what is recorded.
   *
   * @default - none beyond those of the expression
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Rules that Prometheus or Loki evaluates one after the other, recordings first. */
export interface RuleGroup {
  /** What it is called. */
  readonly name: string;
  /** How often they are evaluated. @default - the evaluator's own interval */
  readonly interval?: string;
  /** What it records, before its alerts. */
  readonly recordings: readonly RecordingRule[];
  /** What it alerts about. */
  readonly alerts: readonly AlertRule[];
}
