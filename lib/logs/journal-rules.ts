import { LEVELS } from "./log-format";
import { LogSource } from "./log-source";
import { PARSER_LABEL } from "./stages";

/** A relabelling rule as in Prometheus. */
export interface RelabelRule {
  /** Source labels, whose values are joined by `;`. */
  readonly sources: readonly string[];
  /** Regular expression (RE2) that the whole joined value must match. */
  readonly regex: string;
  /** Label that is set. @default - none, because the rule drops entries that do not match */
  readonly target?: string;
  /** Value of the target label. @default - none, because a rule without a target sets no label */
  readonly replacement?: string;
}

const SOURCE = "__tmp_source";

/** journald's keywords of priorities, by level. */
const PRIORITIES: Readonly<Record<string, string>> = {
  critical: "emerg|alert|crit",
  error: "error",
  warning: "warning",
  info: "notice|info",
  debug: "debug",
};

/** Returns the rules that label the journal entries of sources and drop all other entries. */
export function journalRules(sources: readonly LogSource[]): RelabelRule[] {
  const split = (target: string, part: number): RelabelRule => ({
    sources: [SOURCE],
    regex: "(.*);(.*);(.*)",
    target,
    replacement: `$${part}`,
  });
  return [
    ...sources.flatMap(({ name, _journal }) =>
      _journal.map(({ fields, kind, parser }) => ({
        sources: Object.keys(fields).map((field) => `__journal_${field.toLowerCase()}`),
        regex: Object.values(fields)
          .map((value) => `(?:${value})`)
          .join(";"),
        target: SOURCE,
        replacement: `${name};${kind};${parser}`,
      })),
    ),
    { sources: [SOURCE], regex: ".+" },
    split("job", 1),
    split("kind", 2),
    split(PARSER_LABEL, 3),
    ...LEVELS.map((level) => ({
      sources: ["__journal_priority_keyword"],
      regex: PRIORITIES[level] ?? "",
      target: "level",
      replacement: level,
    })),
  ];
}
