/** A matcher of a silence. */
export interface SilenceMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  /** Whether a value must match, or must not. @default true */
  readonly isEqual?: boolean;
}

/** An active or pending silence of Alertmanager, as `checks/alertmanager.py` prints it. */
export interface Silence {
  readonly id: string;
  readonly by: string;
  readonly comment: string;
  /** Times in the format of ISO 8601. */
  readonly starts: string;
  readonly ends: string;
  readonly matchers: readonly SilenceMatcher[];
  /** Whether it silences the Watchdog alert. */
  readonly watchdog: boolean;
}

/** Labels of an alert that its rule sets, with its name. */
export type RuleLabels = Readonly<Record<string, string>>;

/** Longest time in seconds for which a silence may cover a critical alert. */
export const LONGEST = 86_400;

/**
 * Whether a silence can match an alert of a rule. Labels that the rule does not set, such as `instance`, come from the
 * series: a matcher on them may match.
 */
export function covers({ matchers }: Pick<Silence, "matchers">, labels: RuleLabels): boolean {
  return matchers.every(({ name, value, isRegex, isEqual = true }) => {
    const actual = labels[name];
    if (actual === undefined) return true;
    const matches = isRegex ? matchesAll(value, actual) : value === actual;
    return matches === undefined || matches === isEqual;
  });
}

/** The duration of a silence in seconds. A silence that was extended keeps its start. */
export function lasts({ starts, ends }: Silence): number {
  return (Date.parse(ends) - Date.parse(starts)) / 1000;
}

/** A silence in one line: its matchers, who created it and why, and when it ends. */
export function describeSilence({ by, comment, ends, matchers }: Silence): string {
  const until = ends.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
  return `{${matchers.map(text).join(", ")}} by ${by || "nobody"} until ${until}: ${comment || "no comment"}`;
}

function text({ name, value, isRegex, isEqual = true }: SilenceMatcher): string {
  return `${name}${isEqual ? (isRegex ? "=~" : "=") : isRegex ? "!~" : "!="}${JSON.stringify(value)}`;
}

/** Whether a regular expression matches the whole text; undefined if only Alertmanager's engine can tell. */
function matchesAll(pattern: string, actual: string): boolean | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, "s").test(actual);
  } catch {
    return undefined;
  }
}
