import { LogFormat, Parser, parserOf } from "./log-format";

/** Settings of {@link LogSource.nginx} and {@link LogSource.apache}. */
export interface WebServerLogs {
  /** The value of the label `job`. @default - the web server's name */
  readonly name?: string;
  /** Where the access logs are; `*` and `**` are patterns. @default - where Debian has them */
  readonly accessLogs?: readonly string[];
  /** Where the error logs are. @default - where Debian has them */
  readonly errorLogs?: readonly string[];
}

/** Settings of {@link LogSource.files}. */
export interface LogFiles {
  /** Absolute paths; `*` stands for a part of a name, `**` for folders. */
  readonly paths: readonly string[];
  /** Which of these are left out, as `paths` are written. @default - none */
  readonly exclude?: readonly string[];
  /**
   * How their lines are written.
   *
   * @default LogFormat.PLAIN
   */
  readonly format?: LogFormat;
  /** The value of the label `kind`, such as `access`, `error` or `audit`. @default "application" */
  readonly kind?: string;
  /**
   * What the first line of an entry looks like, as a regular expression (RE2): lines that do not match belong to the
   * entry before them, as those of a stack trace do.
   *
   * @default - plain text: a line that does not begin with a blank or `Caused by:`; else every line is an entry
   */
  readonly firstLine?: string;
}

/** Settings of {@link LogSource.journal}. */
export interface JournalLogs {
  /** The units, such as `myapp.service`. */
  readonly units: readonly string[];
  /**
   * How the units' lines are written.
   *
   * @default LogFormat.PLAIN
   */
  readonly format?: LogFormat;
  /** The value of the label `kind`. @default "application" */
  readonly kind?: string;
}

/** Files of a source that are alike. */
export interface FileGroup {
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly kind: string;
  readonly parser: Parser;
  readonly firstLine?: string;
}

/** Entries of the journal that are of a source: all these fields match. */
export interface JournalGroup {
  /** Field, as journald writes it, and a regular expression for all of its value. */
  readonly fields: Readonly<Record<string, string>>;
  readonly kind: string;
  readonly parser: Parser;
  /** Of these only lines that contain this regular expression are sent. @default - all */
  readonly only?: string;
}

/** Logs of a server that are sent to Loki under one value of the label `job`: files, or units of the journal. */
export class LogSource {
  /**
   * nginx: access logs (labels `status_class`, `method`) and error logs (`level`).
   *
   * @throws when the name or a path is malformed
   */
  public static nginx(logs: WebServerLogs = {}): LogSource {
    return webServer("nginx", Parser.NGINX_ERROR, logs);
  }

  /**
   * Apache: access logs (labels `status_class`, `method`) and error logs (`level`).
   *
   * @throws when the name or a path is malformed
   */
  public static apache(logs: WebServerLogs = {}): LogSource {
    return webServer("apache", Parser.APACHE_ERROR, logs, "apache2");
  }

  /**
   * Files. Those that the log agent cannot read are opened to it at each deploy, by access control lists, with the folders
   * on the way; new ones until then only if others or the group `adm` may read them.
   *
   * @param name the value of the label `job`
   * @throws when the name, the kind, a path or the regular expression is malformed
   */
  public static files(name: string, logs: LogFiles): LogSource {
    const { paths, exclude = [], format = LogFormat.PLAIN, kind = "application", firstLine } = logs;
    if (paths.length === 0) throw new Error(`the log source "${name}" has no paths: name at least one`);
    if (firstLine !== undefined) checkExpression(name, firstLine);
    return new LogSource(name, [{ paths, exclude, kind, parser: parserOf(format), firstLine }], [], true);
  }

  /**
   * Units of the journal.
   *
   * @param name the value of the label `job`
   * @throws when the name, the kind or a unit's name is malformed
   */
  public static journal(name: string, logs: JournalLogs): LogSource {
    const { units, format = LogFormat.PLAIN, kind = "application" } = logs;
    if (units.length === 0) throw new Error(`the log source "${name}" has no units: name at least one`);
    for (const unit of units) {
      if (!/^[A-Za-z0-9:_.\\@-]+\.(service|scope|socket|timer|mount|slice)$/.test(unit))
        throw new Error(`the log source "${name}": "${unit}" is not the name of a unit, such as "myapp.service"`);
    }
    const fields = { _SYSTEMD_UNIT: units.map(literal).join("|") };
    return new LogSource(name, [], [{ fields, kind, parser: parserOf(format) }], false);
  }

  /** @internal Entries of the journal by any of its fields. */
  public static _fromJournalGroups(name: string, groups: readonly JournalGroup[]): LogSource {
    return new LogSource(name, [], groups, false);
  }

  /** @internal */
  public static _fromFileGroups(name: string, files: readonly FileGroup[], closed: boolean): LogSource {
    return new LogSource(name, files, [], closed);
  }

  private constructor(
    /** The value of the label `job`. */
    public readonly name: string,
    /** @internal */
    public readonly _files: readonly FileGroup[],
    /** @internal */
    public readonly _journal: readonly JournalGroup[],
    /** @internal Whether its files may be such that the group `adm` cannot read. */
    public readonly _needsAcl: boolean,
  ) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name))
      throw new Error(
        `"${name}" cannot be a log source's name: use lower-case letters, digits, "_" and "-", a letter first (it becomes the label "job")`,
      );
    for (const { kind } of [..._files, ..._journal]) {
      if (!/^[a-z][a-z0-9_]{0,62}$/.test(kind))
        throw new Error(
          `the log source "${name}": the kind "${kind}" has other than lower-case letters, digits and underscores`,
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
  const elsewhere = logs.accessLogs !== undefined || logs.errorLogs !== undefined;
  const groups = [...group(access, "access", Parser.ACCESS), ...group(errors, "error", parser)];
  return LogSource._fromFileGroups(logs.name ?? name, groups, elsewhere);
}

function checkPath(name: string, path: string): void {
  const wrong = (why: string): Error => new Error(`the log source "${name}": the path "${path}" ${why}`);
  if (!path.startsWith("/")) throw wrong("is not absolute");
  if (/[\p{Cc}"\\]/u.test(path)) throw wrong("has a character that none of a log may have");
  if (path.split("/").includes("..")) throw wrong('has ".." in it');
  if (path.endsWith("/")) throw wrong("is a folder: name files, such as with a final *.log");
  if (/^\/[^/]*[*?[{]/.test(path)) throw wrong("has a pattern right below the root: name a folder");
}

/** RE2 is about JavaScript's without look-around and back references. */
function checkExpression(name: string, expression: string): void {
  const wrong = (why: string): Error =>
    new Error(`the log source "${name}": firstLine "${expression}" is not a regular expression of RE2: ${why}`);
  if (/\(\?(<?[=!])/.test(expression)) throw wrong("it has no look-around");
  try {
    new RegExp(expression);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

/** A text as a regular expression that matches it alone. */
function literal(text: string): string {
  return text.replace(/[.\\+*?()|[\]{}^$]/g, "\\$&");
}
