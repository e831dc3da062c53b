import { METHODS, Parser } from "./log-format";
import { LogSource } from "./log-source";

/** A step of a pipeline. Promtail and Alloy have all of them, and mean the same by them. */
export type Stage =
  /** Named groups of a regular expression (RE2), from the line. */
  | { readonly type: "regex"; readonly expression: string }
  /** Values of a JSON object, by JMESPath. */
  | { readonly type: "json"; readonly expressions: Readonly<Record<string, string>> }
  /** Values of logfmt, by their keys. */
  | { readonly type: "logfmt"; readonly keys: readonly string[] }
  /** Sets an extracted value by Go's templates; what comes out empty is removed. */
  | { readonly type: "template"; readonly source: string; readonly template: string }
  /** The line's own time, from the extracted value `time`, in the first layout that fits. */
  | { readonly type: "timestamp"; readonly layouts: readonly string[] }
  /** Makes labels of extracted values. */
  | { readonly type: "labels"; readonly names: readonly string[] }
  /** Joins lines to the one before that matches. */
  | { readonly type: "multiline"; readonly firstLine: string }
  /** The line becomes an extracted value. */
  | { readonly type: "output"; readonly source: string }
  /** Counts lines that have an extracted value. */
  | { readonly type: "count"; readonly name: string; readonly source: string; readonly description: string }
  | { readonly type: "label_drop"; readonly names: readonly string[] }
  /** What is done with lines that a LogQL selector matches. */
  | { readonly type: "match"; readonly selector: string; readonly stages: readonly Stage[] }
  /** Leaves out lines that a LogQL selector matches. */
  | { readonly type: "drop"; readonly selector: string; readonly reason: string };

/** The counter of lines whose time or form could not be made out. They are sent all the same, with the time before them. */
export const UNPARSED = "log_agent_unparsed_lines_total";

/** The label that tells the parser of a line, until it is parsed. */
export const PARSER_LABEL = "parser";

/** What a line's level is called in all logs, whatever its program calls it (the numbers are pino's). */
const LEVEL: Stage = {
  type: "template",
  source: "level",
  template: [
    "{{ if .level }}{{ $l := lower .level }}",
    '{{ if regexMatch "^(emerg|alert|crit|fatal|panic|60$)" $l }}critical',
    '{{ else if regexMatch "^(err|severe|50$)" $l }}error',
    '{{ else if regexMatch "^(warn|40$)" $l }}warning',
    '{{ else if regexMatch "^(info|notice|30$)" $l }}info',
    '{{ else if regexMatch "^(debug|trace|fine|verbose|[12]0$)" $l }}debug',
    "{{ end }}{{ end }}",
  ].join(""),
};

/** Several names of one value. */
function first(target: string, names: readonly string[]): Stage {
  const template = names.map((name, index) => `{{ ${index === 0 ? "" : "else "}if .${name} }}{{ .${name} }}`).join("");
  return { type: "template", source: target, template: `${template}{{ end }}` };
}

/** Leaves of `time` what may be one; seconds and milliseconds since 1970 become the former. */
const PLAUSIBLE_TIME: Stage = {
  type: "template",
  source: "time",
  template: [
    '{{ if not .time }}{{ else if regexMatch "^[0-9]{13}$" .time }}{{ substr 0 10 .time }}.{{ substr 10 13 .time }}',
    '{{ else if regexMatch "^([0-9]{10}([.][0-9]{1,9})?|[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-6][0-9].*)$" .time }}{{ .time }}',
    "{{ end }}",
  ].join(""),
};

const ISO_LAYOUTS: readonly string[] = [
  "RFC3339",
  "2006-01-02T15:04:05Z0700",
  "2006-01-02 15:04:05Z07:00",
  "2006-01-02 15:04:05 Z0700",
  "2006-01-02T15:04:05",
  "2006-01-02 15:04:05",
];

/** Counts a line without a time that can be told. */
const COUNT_UNPARSED: readonly Stage[] = [
  { type: "template", source: "unparsed", template: "{{ if not .time }}yes{{ end }}" },
  {
    type: "count",
    name: UNPARSED,
    source: "unparsed",
    description: "Lines whose form or time was not that of their source",
  },
];

const DATE = "(?:0[1-9]|[12][0-9]|3[01])/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/[0-9]{4}";
const CLOCK = "[0-2][0-9]:[0-5][0-9]:[0-6][0-9]";
const ISO = `[0-9]{4}-[01][0-9]-[0-3][0-9][T ]${CLOCK}(?:[.,][0-9]+)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?`;

/** What each parser extracts: `time`, `level`, `method` and `status_class`, as far as there are any. */
const EXTRACTIONS: Readonly<Record<Parser, readonly Stage[]>> = {
  [Parser.ACCESS]: [
    {
      type: "regex",
      expression: `\\[(?P<time>${DATE}:${CLOCK} [+-][0-9]{4})\\] "(?:(?P<method>${METHODS.join("|")}) )?(?:[^"\\\\]|\\\\.)*" (?P<status_class>[1-5])[0-9]{2} `,
    },
    {
      type: "template",
      source: "status_class",
      template: "{{ if .status_class }}{{ .status_class }}xx{{ end }}",
    },
    { type: "template", source: "method", template: "{{ if .method }}{{ .method }}{{ end }}" },
  ],
  [Parser.NGINX_ERROR]: [
    {
      type: "regex",
      expression: `^(?P<time>[0-9]{4}/[01][0-9]/[0-3][0-9] ${CLOCK}) \\[(?P<level>[a-z]+)\\] `,
    },
    LEVEL,
  ],
  [Parser.APACHE_ERROR]: [
    {
      type: "regex",
      expression: `^\\[(?P<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9 ][0-9] ${CLOCK}(?:\\.[0-9]+)? [0-9]{4})\\] \\[(?:[a-z0-9_]+:)?(?P<level>[a-z0-9]+)\\] `,
    },
    LEVEL,
  ],
  [Parser.JSON]: [
    {
      type: "json",
      expressions: {
        time: 'time || timestamp || ts || "@timestamp"',
        level: "level || severity || lvl",
      },
    },
    LEVEL,
    PLAUSIBLE_TIME,
  ],
  [Parser.LOGFMT]: [
    { type: "logfmt", keys: ["time", "ts", "t", "level", "lvl"] },
    first("time", ["time", "ts", "t"]),
    first("level", ["level", "lvl"]),
    LEVEL,
    PLAUSIBLE_TIME,
  ],
  [Parser.PLAIN]: [
    { type: "regex", expression: `^[\\[(]?(?P<time>${ISO})` },
    {
      type: "regex",
      expression:
        "(?:^|[^A-Za-z])(?P<level>EMERGENCY|ALERT|CRITICAL|CRIT|FATAL|PANIC|SEVERE|ERROR|ERR|WARNING|WARN|NOTICE|INFO|DEBUG|TRACE)(?:[^A-Za-z]|$)",
    },
    LEVEL,
  ],
  [Parser.AUTH]: [
    {
      type: "regex",
      expression: `^(?P<time>${ISO}|[A-Z][a-z]{2} [ 1-3][0-9] ${CLOCK}) \\S+ (?P<job>sshd|sudo)(?:-session|-auth)?(?:\\[[0-9]+\\])?: +(?P<message>.*)$`,
    },
  ],
};

/** How the time of each parser is written; times without a zone are the server's. */
const LAYOUTS: Readonly<Record<Parser, readonly string[]>> = {
  [Parser.ACCESS]: ["02/Jan/2006:15:04:05 -0700"],
  [Parser.NGINX_ERROR]: ["2006/01/02 15:04:05"],
  [Parser.APACHE_ERROR]: ["Mon Jan _2 15:04:05 2006"],
  [Parser.JSON]: [...ISO_LAYOUTS, "Unix"],
  [Parser.LOGFMT]: [...ISO_LAYOUTS, "Unix"],
  [Parser.PLAIN]: ISO_LAYOUTS,
  [Parser.AUTH]: ["RFC3339", "Jan _2 15:04:05"],
};

/** What the first line of an entry looks like, where entries may have several. */
const FIRST_LINES: Readonly<Partial<Record<Parser, string>>> = {
  [Parser.NGINX_ERROR]: "^[0-9]{4}/[0-9]{2}/[0-9]{2} ",
  [Parser.APACHE_ERROR]: "^\\[[A-Z][a-z]{2} [A-Z][a-z]{2} ",
  [Parser.PLAIN]: notBeginningWith("Caused by:"),
};

const LABELS: Readonly<Record<Parser, readonly string[]>> = {
  [Parser.ACCESS]: ["method", "status_class"],
  [Parser.NGINX_ERROR]: ["level"],
  [Parser.APACHE_ERROR]: ["level"],
  [Parser.JSON]: ["level"],
  [Parser.LOGFMT]: ["level"],
  [Parser.PLAIN]: ["level"],
  [Parser.AUTH]: ["job"],
};

/** The labels that a parser adds. */
export function labelsOf(parser: Parser): readonly string[] {
  return LABELS[parser];
}

/**
 * What is done with the lines of files. A new source with one of the parsers needs no other pipeline; one with
 * `firstLine` does.
 */
export function filePipeline(sources: readonly LogSource[]): Stage[] {
  const own = sources.flatMap(({ name, _files }) =>
    _files.flatMap(({ kind, firstLine }) =>
      firstLine === undefined ? [] : [{ selector: `job="${name}",kind="${kind}"`, firstLine }],
    ),
  );
  return [
    ...own.map(({ selector, firstLine }): Stage => ({
      type: "match",
      selector: `{${selector}}`,
      stages: [{ type: "multiline", firstLine }],
    })),
    ...Object.values(Parser).map((parser): Stage => ({
      type: "match",
      selector: `{${PARSER_LABEL}="${parser}"}`,
      stages: [
        ...joining(parser),
        ...EXTRACTIONS[parser],
        { type: "timestamp", layouts: LAYOUTS[parser] },
        ...rest(parser),
      ],
    })),
    { type: "label_drop", names: [PARSER_LABEL] },
    ...COUNT_UNPARSED,
  ];
}

/** What is done with the entries of the journal, which have times of their own and, by their priority, levels. */
export function journalPipeline(sources: readonly LogSource[]): Stage[] {
  const filters = sources.flatMap(({ name, _journal }) =>
    _journal.flatMap(({ only }): Stage[] =>
      only === undefined
        ? []
        : [{ type: "drop", selector: `{job="${name}"} !~ ${JSON.stringify(only)}`, reason: "not_of_the_source" }],
    ),
  );
  const used = new Set(sources.flatMap(({ _journal }) => _journal.map(({ parser }) => parser)));
  return [
    ...filters,
    ...[...used].sort().map((parser): Stage => ({
      type: "match",
      selector: `{${PARSER_LABEL}="${parser}"}`,
      stages: [...EXTRACTIONS[parser], { type: "labels", names: labelsOf(parser) }],
    })),
    { type: "label_drop", names: [PARSER_LABEL] },
  ];
}

function joining(parser: Parser): Stage[] {
  const firstLine = FIRST_LINES[parser];
  return firstLine === undefined ? [] : [{ type: "multiline", firstLine }];
}

function rest(parser: Parser): Stage[] {
  const labels: Stage = { type: "labels", names: labelsOf(parser) };
  if (parser !== Parser.AUTH) return [labels];
  return [
    labels,
    { type: "output", source: "message" },
    { type: "drop", selector: '{job="auth"}', reason: "not_of_the_source" },
  ];
}

/** A regular expression for lines that begin with neither a blank nor `text`; RE2 has no look-ahead. */
function notBeginningWith(text: string): string {
  const others = Array.from(text, (letter, index) => {
    const excluded = letter === " " ? " " : letter;
    return `${index === 0 ? "" : text.slice(0, index)}(?:[^${excluded}${index === 0 ? "\\s" : ""}]${index === 0 ? "" : "|$"})`;
  });
  return `^(?:${others.join("|")})`;
}
