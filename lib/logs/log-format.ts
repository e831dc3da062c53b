/** How the lines of a log are written. What is said of timestamps holds for files: the journal has the time of each line itself. */
export enum LogFormat {
  /** nginx's access log in its own format, `combined`. */
  NGINX = "nginx",
  /** Apache's access log in its formats `combined`, `common` and, as Debian has it, `vhost_combined`. */
  APACHE = "apache",
  /** One JSON object a line, with `time`, `timestamp`, `ts` or `@timestamp`, and `level`, `severity` or `lvl`. */
  JSON = "json",
  /** `key=value`, with `time`, `ts` or `t`, and `level` or `lvl`. */
  LOGFMT = "logfmt",
  /** Anything else: a date and time at the beginning of a line counts, and the first word in capitals that is a level. */
  PLAIN = "plain",
}

/** The values of the label `level`. */
export const LEVELS: readonly string[] = ["critical", "error", "warning", "info", "debug"];

/** The values of the label `method`; a request by another one has none. */
export const METHODS: readonly string[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "CONNECT",
  "TRACE",
];

/** The values of the label `status_class`. */
export const STATUS_CLASSES: readonly string[] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/** How the agent parses a line: the value of a label that no line keeps. */
export enum Parser {
  /** An access log. */
  ACCESS = "access",
  NGINX_ERROR = "nginx_error",
  APACHE_ERROR = "apache_error",
  JSON = "json",
  LOGFMT = "logfmt",
  PLAIN = "plain",
  /** What a syslog daemon writes to `auth.log`. */
  AUTH = "auth",
  /** Not at all. */
  NONE = "none",
}

/** How a format is parsed. */
export function parserOf(format: LogFormat): Parser {
  switch (format) {
    case LogFormat.NGINX:
    case LogFormat.APACHE:
      return Parser.ACCESS;
    case LogFormat.JSON:
      return Parser.JSON;
    case LogFormat.LOGFMT:
      return Parser.LOGFMT;
    case LogFormat.PLAIN:
      return Parser.PLAIN;
  }
}
