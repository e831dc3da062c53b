import { stringify } from "yaml";
import { GeneratedFile } from "../inventory/generated-file";
import { LogSource } from "./log-source";
import { PARSER_LABEL } from "./stages";

/**
 * Renders the drop-ins of a server's log agent: one file per source with files, in the format of Prometheus' `file_sd`.
 */
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
  return `# Written by cdktf-monitoring: the next deploy overwrites what is changed here.\n${stringify(groups, { lineWidth: 0 })}`;
}

function alternatives(patterns: readonly string[]): string {
  return patterns.length === 1 ? patterns.join("") : `{${patterns.join(",")}}`;
}
