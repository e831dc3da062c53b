import { LogSource } from "./log-source";

/**
 * A path to which access control lists (ACLs) give the log agent access: the folder before the first pattern, and
 * extended regular expressions for paths below that folder. An empty expression matches no path.
 */
export interface AclPath {
  readonly folder: string;
  /** Folders below `folder` whose entries the agent lists to find files. */
  readonly listed: string;
  /** Folders that the agent only traverses. */
  readonly passed: string;
  /** Files that the agent reads. */
  readonly files: string;
  /** Files that are excluded. */
  readonly except: string;
}

/** Returns the paths of sources whose files the group `adm` cannot read by default, each once. */
export function aclPaths(sources: readonly LogSource[]): AclPath[] {
  const groups = sources.filter(({ _needsAcl }) => _needsAcl).flatMap(({ _files }) => _files);
  const paths = groups.flatMap(({ paths, exclude }) =>
    paths.flatMap(alternatives).map((path) => aclPath(path, exclude.flatMap(alternatives))),
  );
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()].sort((a, b) =>
    a.folder < b.folder ? -1 : Number(a.folder > b.folder),
  );
}

function aclPath(path: string, exclude: readonly string[]): AclPath {
  const parts = path.split("/").slice(1);
  const first = parts.slice(0, -1).findIndex(isPattern);
  const depth = first === -1 ? parts.length - 1 : first;
  const folder = parts.slice(0, depth);
  const below = parts.slice(depth);
  const { listed, passed } = folders(below);
  return {
    folder: `/${folder.join("/")}`,
    listed: listed.join("|"),
    passed: passed.join("|"),
    files: expression(below),
    except: [...new Set(exclude.flatMap((other) => within(other.split("/").slice(1), folder)).map(expression))].join(
      "|",
    ),
  };
}

/**
 * Returns the folders on the path to the files. The agent lists a folder if `**` matches it, or if the next part of the
 * path is a pattern or a file. It only traverses the other folders.
 */
function folders(parts: readonly string[]): { listed: string[]; passed: string[] } {
  const anywhere = parts.indexOf("**");
  const way = parts.slice(0, anywhere === -1 ? parts.length : anywhere + 1).map((_, index) => index + 1);
  const depths = way.filter((depth) => depth < parts.length || parts[depth - 1] === "**");
  const isListed = (depth: number): boolean =>
    depth === parts.length - 1 || parts[depth - 1] === "**" || isPattern(parts[depth] ?? "");
  const of = (chosen: readonly number[]): string[] => chosen.map((depth) => expression(parts.slice(0, depth)));
  return { listed: of(depths.filter(isListed)), passed: of(depths.filter((depth) => !isListed(depth))) };
}

/**
 * Returns the parts of a pattern that apply below a folder. The result has several elements if `**` can match a part of
 * the folder's path or all of it.
 */
function within(pattern: readonly string[], folder: readonly string[]): string[][] {
  const [head, ...tail] = pattern;
  const [part, ...rest] = folder;
  if (head === undefined) return [];
  if (part === undefined) return [[...pattern]];
  if (head === "**") return [...within(pattern, rest), ...within(tail, folder)];
  return new RegExp(`^${expression([head])}$`).test(part) ? within(tail, rest) : [];
}

/** Translates a pattern without braces to an extended regular expression (POSIX). */
function expression(parts: readonly string[]): string {
  const last = parts.length - 1;
  return parts
    .map((part, index) => {
      if (part === "**") return index === last ? ".*" : "(.*/)?";
      return `${part.replace(TOKEN, translated)}${index === last ? "" : "/"}`;
    })
    .join("");
}

const TOKEN = /\*+|\?|\[[!^]?\]?[^\]]*\]|[.+()|^${}[\]]/g;

function translated(token: string): string {
  if (token.startsWith("*")) return "[^/]*";
  if (token === "?") return "[^/]";
  return token.length > 1 ? token.replace(/^\[!/, "[^") : `\\${token}`;
}

function isPattern(part: string): boolean {
  return /[*?[]/.test(part);
}

/** Expands alternatives in braces. */
function alternatives(path: string): string[] {
  const [all, inner] = /\{([^{}]*)\}/.exec(path) ?? [];
  if (all === undefined || inner === undefined) return [path];
  return inner.split(",").flatMap((one) => alternatives(path.replace(all, () => one)));
}
