import { LEVELS } from "./log-format";
import { LogSource } from "./log-source";
import { PARSER_LABEL } from "./stages";

/** A rule by which labels follow from others, as Prometheus has them. */
export interface RelabelRule {
  /** Joined by `;`. */
  readonly sources: readonly string[];
  /** A regular expression (RE2) for all of it. */
  readonly regex: string;
  /** @default - what does not match is left out */
  readonly target?: string;
  readonly replacement?: string;
}

const SOURCE = "__tmp_source";

/** journald's words for priorities, by the level that they are. */
const PRIORITIES: Readonly<Record<string, string>> = {
  critical: "emerg|alert|crit",
  error: "error",
  warning: "warning",
  info: "notice|info",
  debug: "debug",
};

/** The rules that give an entry of the journal the labels of its source, and leave out what is of none. */
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
