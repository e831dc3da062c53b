/**
 * Format of the lines of a log. The agent reads timestamps from the lines of files only, because the journal stores the
 * time of each entry.
 *
 * @example
 * LogSource.files("shop", { paths: ["/srv/shop/*.log"], format: LogFormat.JSON });
 */
export enum LogFormat {
  /** Access log of nginx in the default format `combined`. */
  NGINX = "nginx",
  /** Access log of Apache in the format `combined`, `common` or `vhost_combined` (Debian's default). */
  APACHE = "apache",
  /**
   * One JSON object per line, with the time in `time`, `timestamp`, `ts` or `@timestamp`, and the level in `level`,
   * `severity` or `lvl`.
   */
  JSON = "json",
  /** logfmt (`key=value`), with the time in `time`, `ts` or `t`, and the level in `level` or `lvl`. */
  LOGFMT = "logfmt",
  /** Plain text. The time is at the beginning of the line. The level is the first word in capitals that names a level. */
  PLAIN = "plain",
}

/** Values of the label `level`. */
export const LEVELS: readonly string[] = ["critical", "error", "warning", "info", "debug"];

/** Values of the label `method`. Requests with other methods have no such label. */
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

/** Values of the label `status_class`. */
export const STATUS_CLASSES: readonly string[] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/** Parser of a line: the value of a label that the agent removes before it sends the line. */
export enum Parser {
  /** Access log of nginx or Apache. */
  ACCESS = "access",
  NGINX_ERROR = "nginx_error",
  APACHE_ERROR = "apache_error",
  JSON = "json",
  LOGFMT = "logfmt",
  PLAIN = "plain",
  /** Lines that a syslog daemon writes to `auth.log`. */
  AUTH = "auth",
  /** No parsing. */
  NONE = "none",
}

/** Returns the parser of a format. */
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
