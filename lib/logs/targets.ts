import { stringify } from "yaml";
import { GeneratedFile } from "../generated-file";
import { LogSource } from "./log-source";
import { PARSER_LABEL } from "./stages";

/** The drop-ins of a server's log agent: a file for each source that has files, in the format of Prometheus' `file_sd`. */
export function targetFiles(sources: readonly LogSource[], folder = "targets"): GeneratedFile[] {
  return sources
    .filter(({ _files }) => _files.length > 0)
    .map((source) => ({ path: `${folder}/${source.name}.yml`, content: targetFile(source) }));
}

function targetFile({ name, _files }: LogSource): string {
  const groups = _files.flatMap(({ paths, exclude, kind, parser }) =>
    paths.map((path) => ({
      targets: ["localhost"],
      labels: {
        __path__: path,
        ...(exclude.length === 0 ? {} : { __path_exclude__: alternatives(exclude) }),
        job: name,
        kind,
        [PARSER_LABEL]: parser,
      },
    })),
  );
  return `# Written by cdktf-monitoring: the next deploy overwrites what is changed here.\n${stringify(groups)}`;
}

function alternatives(patterns: readonly string[]): string {
  return patterns.length === 1 ? patterns.join("") : `{${patterns.join(",")}}`;
}

/**
 * The folders that an agent must be let into, for sources whose files the group `adm` may not read: up to the first
 * pattern of a path. Sorted, each once.
 */
export function closedFolders(sources: readonly LogSource[]): string[] {
  const paths = sources.filter(({ _closed }) => _closed).flatMap(({ _files }) => _files.flatMap(({ paths }) => paths));
  return [...new Set(paths.map(fixedFolder))].sort();
}

/** The folder of a path, up to its first pattern. */
function fixedFolder(path: string): string {
  const parts = path.split("/").slice(0, -1);
  const pattern = parts.findIndex((part) => /[*?[{]/.test(part));
  return (pattern === -1 ? parts : parts.slice(0, pattern)).join("/");
}
