import { METHODS, Parser } from "./log-format";
import { Stage } from "./stages";

/** Maps the levels of all programs to the values of the label `level`. The numbers are pino's levels. */
const LEVEL: Stage = {
  type: "template",
  source: "level",
  template: [
    "{{ if .level }}{{ $l := lower .level }}",
    '{{ if regexMatch "^(emerg|alert|crit|fatal|panic|60$)" $l }}critical',
    '{{ else if regexMatch "^(er+or|err|severe|50$)" $l }}error',
    '{{ else if regexMatch "^(warn|40$)" $l }}warning',
    '{{ else if regexMatch "^(info|notice|30$)" $l }}info',
    '{{ else if regexMatch "^(debug|trace|fine|verbose|[12]0$)" $l }}debug',
    "{{ end }}{{ end }}",
  ].join(""),
};

/** Removes `time` if it is not a plausible timestamp, and converts Unix time in milliseconds to seconds. */
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

const DATE = "(?:0[1-9]|[12][0-9]|3[01])/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/[0-9]{4}";
const CLOCK = "[0-2][0-9]:[0-5][0-9]:[0-6][0-9]";
const ISO = `[0-9]{4}-[01][0-9]-[0-3][0-9][T ]${CLOCK}(?:[.,][0-9]+)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?`;

/**
 * Extracts the first value of one of the keys from a logfmt line, outside quoted text. The agents' own stage for logfmt
 * logs an error for each line in another format, such as a stack trace.
 */
function logfmtValue(target: string, keys: readonly string[], value: string): Stage {
  const otherPairs = String.raw`(?:[^"\s]*(?:"(?:[^"\\]|\\.)*"[^"\s]*)*\s+)*?`;
  return {
    type: "regex",
    expression: String.raw`^${otherPairs}(?:${keys.join("|")})="?(?P<${target}>${value})(?:["\s]|$)`,
  };
}

/** Stages of each parser that extract `time`, `level`, `method` and `status_class` if the line contains them. */
export const EXTRACTIONS: Readonly<Record<Parser, readonly Stage[]>> = {
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
    logfmtValue("time", ["time", "ts", "t"], `[0-9]{13}|[0-9]{10}(?:[.][0-9]{1,9})?|${ISO}`),
    PLAUSIBLE_TIME,
    logfmtValue("level", ["level", "lvl"], "[A-Za-z0-9]+"),
    LEVEL,
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
  [Parser.NONE]: [],
};

/** Layouts of timestamps, by parser. Times without a time zone are in the server's time zone. */
export const LAYOUTS: Readonly<Record<Parser, readonly string[]>> = {
  [Parser.ACCESS]: ["02/Jan/2006:15:04:05 -0700"],
  [Parser.NGINX_ERROR]: ["2006/01/02 15:04:05"],
  [Parser.APACHE_ERROR]: ["Mon Jan _2 15:04:05 2006"],
  [Parser.JSON]: [...ISO_LAYOUTS, "Unix"],
  [Parser.LOGFMT]: [...ISO_LAYOUTS, "Unix"],
  [Parser.PLAIN]: ISO_LAYOUTS,
  [Parser.AUTH]: ["RFC3339", "Jan _2 15:04:05"],
  [Parser.NONE]: [],
};

/** Regular expressions for the first line of an entry, for parsers whose entries can have several lines. */
export const FIRST_LINES: Readonly<Partial<Record<Parser, string>>> = {
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
  [Parser.NONE]: [],
};

/** Parsers of formats in which each line has a timestamp. */
export const TIMED: ReadonlySet<Parser> = new Set([
  Parser.ACCESS,
  Parser.NGINX_ERROR,
  Parser.APACHE_ERROR,
  Parser.JSON,
  Parser.LOGFMT,
]);

/** Returns the labels that a parser adds. */
export function labelsOf(parser: Parser): readonly string[] {
  return LABELS[parser];
}

/** Returns a regular expression for lines that begin with neither white space nor `text`. RE2 has no look-ahead. */
function notBeginningWith(text: string): string {
  const others = Array.from(text, (letter, index) => {
    const excluded = letter === " " ? " " : letter;
    return `${index === 0 ? "" : text.slice(0, index)}(?:[^${excluded}${index === 0 ? "\\s" : ""}]${index === 0 ? "" : "|$"})`;
  });
  return `^(?:${others.join("|")})`;
}
