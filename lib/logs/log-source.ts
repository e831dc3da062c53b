import { LogFormat, Parser, parserOf } from "./log-format";

/** Settings of {@link LogSource.nginx} and {@link LogSource.apache}. */
export interface WebServerLogs {
  /** Value of the label `job`. @default - name of the web server, "nginx" or "apache" */
  readonly name?: string;
  /**
   * Absolute paths of the access logs. `*` matches a part of a name, and `**` matches any folders. With an empty list,
   * no access logs are read.
   *
   * @default - Debian's paths: `/var/log/nginx/*access.log` or `/var/log/apache2/*access.log`
   */
  readonly accessLogs?: readonly string[];
  /**
   * Absolute paths of the error logs, with patterns as in `accessLogs`. With an empty list, no error logs
   * are read.
   *
   * @default - Debian's paths: `/var/log/nginx/*error.log` or `/var/log/apache2/*error.log`
   */
  readonly errorLogs?: readonly string[];
}

/** Settings of {@link LogSource.files}. */
export interface LogFiles {
  /** Absolute paths. `*` matches a part of a name, and `**` matches any folders. */
  readonly paths: readonly string[];
  /** Paths to exclude, with patterns as in `paths`. @default - none */
  readonly exclude?: readonly string[];
  /**
   * Format of the lines.
   *
   * @default LogFormat.PLAIN
   */
  readonly format?: LogFormat;
  /** Value of the label `kind`, such as `access`, `error` or `audit`. @default "application" */
  readonly kind?: string;
  /**
   * Regular expression (RE2) for the first line of an entry. A line that does not match, such as a line of a stack
   * trace, belongs to the entry before it.
   *
   * @default - in plain text, each line that begins neither with white space nor with `Caused by:`; in other formats,
   * every line
   */
  readonly firstLine?: string;
}

/** Settings of {@link LogSource.journal}. */
export interface JournalLogs {
  /** Names of systemd units, such as `myapp.service`. */
  readonly units: readonly string[];
  /**
   * Format of the lines.
   *
   * @default LogFormat.PLAIN
   */
  readonly format?: LogFormat;
  /** Value of the label `kind`. @default "application" */
  readonly kind?: string;
}

/** Files of a source with the same kind and parser. */
export interface FileGroup {
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly kind: string;
  readonly parser: Parser;
  readonly firstLine?: string;
}

/** Journal entries of a source with the same kind and parser: entries for which all fields match. */
export interface JournalGroup {
  /** Regular expressions for whole values, by the name of the journal's field. */
  readonly fields: Readonly<Record<string, string>>;
  readonly kind: string;
  readonly parser: Parser;
  /** Regular expression for a part of the line; other lines are not sent. @default - all lines are sent */
  readonly only?: string;
}

/**
 * A set of log files or journal units that the log agent of a server sends to Loki. All lines of a source have the
 * same value of the label `job`.
 *
 * @example
 * new MonitoredServer(this, "app", {
 *   monitoring,
 *   server,
 *   logs: [
 *     LogSource.nginx(),
 *     LogSource.files("shop", { paths: ["/srv/shop/logs/*.log"], format: LogFormat.JSON }),
 *     LogSource.journal("api", { units: ["api.service"] }),
 *   ],
 * });
 */
export class LogSource {
  /**
   * Reads the logs of nginx: access logs (labels `status_class` and `method`) and error logs (label `level`).
   *
   * @param logs name and paths; the default paths are those of Debian's packages
   * @throws if the name or a path is malformed
   */
  public static nginx(logs: WebServerLogs = {}): LogSource {
    return webServer("nginx", Parser.NGINX_ERROR, logs);
  }

  /**
   * Reads the logs of Apache: access logs (labels `status_class` and `method`) and error logs (label `level`).
   *
   * @param logs name and paths; the default paths are those of Debian's packages
   * @throws if the name or a path is malformed
   */
  public static apache(logs: WebServerLogs = {}): LogSource {
    return webServer("apache", Parser.APACHE_ERROR, logs, "apache2");
  }

  /**
   * Reads files. If the log agent cannot read a matching file, the next deploy adds access control lists to the file and
   * its parent folders. Until then, the agent reads a new file only if all users or the group `adm` can read it.
   *
   * @param name value of the label `job`: lower-case letters, digits, `_` and `-`, beginning with a letter
   * @param logs paths and format
   * @throws if the name, the kind, a path or the regular expression is malformed, or if there are no paths
   */
  public static files(name: string, logs: LogFiles): LogSource {
    const { paths, exclude = [], format = LogFormat.PLAIN, kind = "application", firstLine } = logs;
    if (paths.length === 0) throw problem(name, 'paths is empty: name at least one, such as "/srv/shop/*.log"');
    if (firstLine !== undefined) checkExpression(name, firstLine);
    return new LogSource(name, [{ paths, exclude, kind, parser: parserOf(format), firstLine }], [], true);
  }

  /**
   * Reads the journal of systemd units. The label `level` comes from the line, or from the priority of the journal
   * entry.
   *
   * @param name value of the label `job`: lower-case letters, digits, `_` and `-`, beginning with a letter
   * @param logs units and format
   * @throws if the name, the kind or a unit's name is malformed, or if there are no units
   */
  public static journal(name: string, logs: JournalLogs): LogSource {
    const { units, format = LogFormat.PLAIN, kind = "application" } = logs;
    if (units.length === 0) throw problem(name, 'units is empty: name at least one, such as "myapp.service"');
    for (const unit of units) {
      if (!/^[A-Za-z0-9:_.\\@-]+\.(service|scope|socket|timer|mount|slice)$/.test(unit))
        throw problem(name, `"${unit}" is not the name of a systemd unit: use a name such as "myapp.service"`);
    }
    const fields = { _SYSTEMD_UNIT: units.map(literal).join("|") };
    return new LogSource(name, [], [{ fields, kind, parser: parserOf(format) }], false);
  }

  /**
   * Reads journal entries by any of their fields.
   *
   * @internal
   */
  public static _fromJournalGroups(name: string, groups: readonly JournalGroup[]): LogSource {
    return new LogSource(name, [], groups, false);
  }

  /**
   * Reads files by their parsers.
   *
   * @internal
   */
  public static _fromFileGroups(name: string, files: readonly FileGroup[], needsAcl: boolean): LogSource {
    return new LogSource(name, files, [], needsAcl);
  }

  private constructor(
    /** Value of the label `job`. */
    public readonly name: string,
    /** @internal */
    public readonly _files: readonly FileGroup[],
    /** @internal */
    public readonly _journal: readonly JournalGroup[],
    /** @internal Whether the group `adm` may be unable to read the files. */
    public readonly _needsAcl: boolean,
  ) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name))
      throw problem(
        name,
        'the name is invalid: use lower-case letters, digits, "_" and "-", beginning with a letter (it becomes the label "job")',
      );
    for (const { kind } of [..._files, ..._journal]) {
      if (!/^[a-z][a-z0-9_]{0,62}$/.test(kind))
        throw problem(
          name,
          `the kind "${kind}" is invalid: use lower-case letters, digits and "_", beginning with a letter`,
        );
    }
    for (const path of _files.flatMap(({ paths, exclude }) => [...paths, ...exclude])) checkPath(name, path);
  }
}

function webServer(name: string, parser: Parser, logs: WebServerLogs, folder = name): LogSource {
  const access = logs.accessLogs ?? [`/var/log/${folder}/*access.log`];
  const errors = logs.errorLogs ?? [`/var/log/${folder}/*error.log`];
  const group = (paths: readonly string[], kind: string, by: Parser): FileGroup[] =>
    paths.length === 0 ? [] : [{ paths, exclude: [], kind, parser: by }];
  const hasOtherPaths = logs.accessLogs !== undefined || logs.errorLogs !== undefined;
  const groups = [...group(access, "access", Parser.ACCESS), ...group(errors, "error", parser)];
  return LogSource._fromFileGroups(logs.name ?? name, groups, hasOtherPaths);
}

function checkPath(name: string, path: string): void {
  const invalid = (text: string): Error => problem(name, `the path "${path}" ${text}`);
  if (!path.startsWith("/")) throw invalid('is not absolute: begin it with "/"');
  if (/[\p{Cc}"\\]/u.test(path))
    throw invalid("contains a control character, a quote or a backslash: use a path without it");
  if (path.split("/").includes("..")) throw invalid('contains "..": use a path without it');
  if (path.endsWith("/")) throw invalid('is a folder: add a file name or a pattern, such as "*.log"');
  if (/^\/[^/]*[*?[{]/.test(path)) throw invalid("has a pattern directly below the root: begin it with a folder");
}

/** Checks an expression with JavaScript's parser. Unlike RE2, that parser accepts look-around. */
function checkExpression(name: string, expression: string): void {
  const invalid = (text: string): Error =>
    problem(name, `firstLine "${expression}" is not a regular expression of RE2: ${text}`);
  if (/\(\?(<?[=!])/.test(expression)) throw invalid("RE2 has no look-around");
  try {
    new RegExp(expression);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function problem(name: string, text: string): Error {
  return new Error(`log source "${name}": ${text}`);
}

/** Returns a regular expression that matches only the text. */
function literal(text: string): string {
  return text.replace(/[.\\+*?()|[\]{}^$]/g, "\\$&");
}
