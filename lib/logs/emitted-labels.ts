import { BUILT_IN_SOURCES } from "./built-in-sources";
import { LEVELS, METHODS, STATUS_CLASSES } from "./log-format";
import { LogSource } from "./log-source";
import { labelsOf } from "./parsers";

/** Values of a label; undefined if they are not known at synthesis, such as file names. */
export type LabelValues = ReadonlySet<string> | undefined;

/** Labels of one kind of line, with their values. `level`, `method` and `status_class` can be missing in a line. */
export type EmittedLabels = ReadonlyMap<string, LabelValues>;

const VALUES: Readonly<Record<string, readonly string[]>> = {
  level: LEVELS,
  method: METHODS,
  status_class: STATUS_CLASSES,
};

/**
 * Returns the labels that the lines of log sources have in Loki, one element for each kind of line.
 *
 * @param sources log sources of all members; the built-in ones are added
 */
export function emittedLabels(sources: readonly LogSource[]): EmittedLabels[] {
  return [...BUILT_IN_SOURCES, ...sources].flatMap(({ name, _files, _journal }) => [
    ..._files.map(({ kind, parser }) => labels(name, kind, [...labelsOf(parser)], true)),
    ..._journal.map(({ kind, parser }) => labels(name, kind, ["level", ...labelsOf(parser)], false)),
  ]);
}

function labels(job: string, kind: string, parsed: readonly string[], file: boolean): EmittedLabels {
  return new Map<string, LabelValues>([
    ["instance", undefined],
    ["monitoring", undefined],
    ["job", new Set([job])],
    ["kind", new Set([kind])],
    ...(file ? [["filename", undefined] as const] : []),
    ...parsed.map((name) => [name, new Set(VALUES[name] ?? [])] as const),
  ]);
}
