import { contract } from "../contract";
import { UNPARSED_LINES } from "./agent-metrics";
import { Parser } from "./log-format";
import { LogSource } from "./log-source";
import { EXTRACTIONS, FIRST_LINES, labelsOf, LAYOUTS, TIMED } from "./parsers";
import { PARSER_LABEL, Stage } from "./stages";

/** Marks a line without a time that can be told. */
const MARK_UNPARSED: Stage = { type: "template", source: "unparsed", template: "{{ if not .time }}yes{{ end }}" };

/** Such lines are sent all the same, with the time of the one before. */
const COUNT_UNPARSED: Stage = {
  type: "count",
  ...UNPARSED_LINES,
  source: "unparsed",
  description: "Lines whose form or time was not that of their source",
};

/** The address of a bot of Telegram holds its token, and Alertmanager says the address where it cannot be reached. */
const WITHOUT_TOKENS: Stage = {
  type: "match",
  selector: '{job="alertmanager"}',
  stages: [{ type: "replace", expression: contract.telegramToken, replacement: "…" }],
};

/**
 * What is done with the lines of files. A new source with one of the parsers needs no other pipeline; one with
 * `firstLine` does.
 */
export function filePipeline(sources: readonly LogSource[]): Stage[] {
  const own = sources.flatMap(({ name, _files }) =>
    _files.flatMap(({ kind, firstLine }) =>
      firstLine === undefined ? [] : [{ selector: `job="${name}",kind="${kind}"`, firstLine }],
    ),
  );
  return [
    ...own.map(({ selector, firstLine }): Stage => ({
      type: "match",
      selector: `{${selector}}`,
      stages: [{ type: "multiline", firstLine }],
    })),
    ...Object.values(Parser)
      .filter((parser) => EXTRACTIONS[parser].length > 0)
      .map((parser) => matching(parser, [...joining(parser), ...EXTRACTIONS[parser], ...finishing(parser)])),
    { type: "label_drop", names: [PARSER_LABEL] },
    COUNT_UNPARSED,
  ];
}

/** What is done with the entries of the journal, which have times of their own and, by their priority, levels. */
export function journalPipeline(sources: readonly LogSource[]): Stage[] {
  const filters = sources.flatMap(({ name, _journal }) =>
    _journal.flatMap(({ only }): Stage[] =>
      only === undefined
        ? []
        : [{ type: "drop", selector: `{job="${name}"} !~ ${JSON.stringify(only)}`, reason: "not_of_the_source" }],
    ),
  );
  const used = new Set(sources.flatMap(({ _journal }) => _journal.map(({ parser }) => parser)));
  return [
    ...filters,
    ...(sources.some(({ name }) => name === "alertmanager") ? [WITHOUT_TOKENS] : []),
    ...[...used]
      .filter((parser) => EXTRACTIONS[parser].length > 0)
      .sort()
      .map((parser) => matching(parser, [...withoutTime(parser), { type: "labels", names: labelsOf(parser) }])),
    { type: "label_drop", names: [PARSER_LABEL] },
  ];
}

function joining(parser: Parser): Stage[] {
  const firstLine = FIRST_LINES[parser];
  return firstLine === undefined ? [] : [{ type: "multiline", firstLine }];
}

function matching(parser: Parser, stages: readonly Stage[]): Stage {
  return { type: "match", selector: `{${PARSER_LABEL}="${parser}"}`, stages };
}

/** What a parser extracts of an entry that has its time already. */
function withoutTime(parser: Parser): Stage[] {
  return EXTRACTIONS[parser].filter((stage) => stage.type !== "template" || stage.source !== "time");
}

function finishing(parser: Parser): Stage[] {
  const stages: Stage[] = [
    ...(TIMED.has(parser) ? [MARK_UNPARSED] : []),
    { type: "timestamp", layouts: LAYOUTS[parser] },
    { type: "labels", names: labelsOf(parser) },
  ];
  if (parser !== Parser.AUTH) return stages;
  return [
    ...stages,
    { type: "output", source: "message" },
    { type: "drop", selector: '{job="auth"}', reason: "not_of_the_source" },
  ];
}
