import { LogSource } from "./log-source";

/**
 * A path that an agent must be let read: its folder up to the first pattern, and extended regular expressions for paths
 * below that; an empty one matches none.
 */
export interface AclPath {
  readonly folder: string;
  /** Folders that are listed to find its files, beside `folder` itself. */
  readonly listed: string;
  /** Folders that are only passed. */
  readonly passed: string;
  readonly files: string;
  /** Which of the files are left out. */
  readonly except: string;
}

/** The paths of sources whose files the group `adm` may not read, each once. */
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

/** The folders on the way to files: a folder is listed where what follows is a pattern, or the files are in it. */
function folders(parts: readonly string[]): { listed: string[]; passed: string[] } {
  const anywhere = parts.indexOf("**");
  const way = parts.slice(0, anywhere === -1 ? parts.length : anywhere + 1).map((_, index) => index + 1);
  const depths = way.filter((depth) => depth < parts.length || parts[depth - 1] === "**");
  const isListed = (depth: number): boolean =>
    depth === parts.length - 1 || parts[depth - 1] === "**" || isPattern(parts[depth] ?? "");
  const of = (chosen: readonly number[]): string[] => chosen.map((depth) => expression(parts.slice(0, depth)));
  return { listed: of(depths.filter(isListed)), passed: of(depths.filter((depth) => !isListed(depth))) };
}

/** What a pattern means for paths below a folder; several where `**` may end in the folder or below it. */
function within(pattern: readonly string[], folder: readonly string[]): string[][] {
  const [head, ...tail] = pattern;
  const [part, ...rest] = folder;
  if (head === undefined) return [];
  if (part === undefined) return [[...pattern]];
  if (head === "**") return [...within(pattern, rest), ...within(tail, folder)];
  return new RegExp(`^${expression([head])}$`).test(part) ? within(tail, rest) : [];
}

/** A pattern without braces as an extended regular expression (POSIX). */
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

/** The paths that one with alternatives in braces stands for. */
function alternatives(path: string): string[] {
  const [all, inner] = /\{([^{}]*)\}/.exec(path) ?? [];
  if (all === undefined || inner === undefined) return [path];
  return inner.split(",").flatMap((one) => alternatives(path.replace(all, () => one)));
}
