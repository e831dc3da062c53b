/** Severity of an alert. It becomes the label `severity`, which decides the receiver of notifications. */
export enum Severity {
  /** Needs immediate attention: something is broken, or will be within hours. */
  CRITICAL = "critical",
  /** Needs attention within a working day. */
  WARNING = "warning",
  /** For programs only, such as the Watchdog, which always fires. */
  NONE = "none",
}

/** The program that evaluates a rule. It determines the language of the expression. */
export enum Evaluator {
  /** Prometheus: PromQL on metrics. */
  PROMETHEUS = "prometheus",
  /** Loki's ruler: LogQL on log lines. */
  LOKI = "loki",
}

/** Annotations of an alert, which notifications show. The texts are Go templates with `$labels` and `$value`. */
export interface AlertAnnotations {
  /** What is wrong, and where, in one line. */
  readonly summary: string;
  /** The impact, and what to do. */
  readonly description: string;
  /** URL of the runbook. @default - no link */
  readonly runbook_url?: string;
  /** Uid of the dashboard that shows the problem. @default - no link */
  readonly dashboard?: string;
}

/**
 * An alerting rule of Prometheus or Loki. Two levels of an alert are two rules with the same name and different
 * severities.
 */
export interface AlertRule {
  /** Name of the alert. */
  readonly name: string;
  /** Expression in PromQL or LogQL. The alert fires for each series of its result. */
  readonly expr: string;
  /** How long a series must be in the result before the alert fires. @default - it fires immediately */
  readonly for?: string;
  /** Severity. */
  readonly severity: Severity;
  /** Labels in addition to `alertname` and `severity`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Texts and links for notifications. */
  readonly annotations: AlertAnnotations;
}

/** A recording rule of Prometheus. */
export interface RecordingRule {
  /** Name of the recorded metric. */
  readonly record: string;
  /** Expression in PromQL whose result is recorded. */
  readonly expr: string;
  /**
   * Labels added to the recorded series.
   *
   * @default - none beyond those of the expression
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A rule group of Prometheus or Loki. Its rules are evaluated in order, recording rules first. */
export interface RuleGroup {
  /** Name of the group. */
  readonly name: string;
  /** Evaluation interval, such as `30s`. @default - the interval of Prometheus or Loki */
  readonly interval?: string;
  /** Recording rules. */
  readonly recordings: readonly RecordingRule[];
  /** Alerting rules. */
  readonly alerts: readonly AlertRule[];
}
