import { contract } from "../contract";
import { UNPARSED_LINES } from "./agent-metrics";
import { Parser } from "./log-format";
import { LogSource } from "./log-source";
import { EXTRACTIONS, FIRST_LINES, labelsOf, LAYOUTS, TIMED } from "./parsers";
import { PARSER_LABEL, Stage } from "./stages";

/** Marks a line without a valid timestamp. */
const MARK_UNPARSED: Stage = { type: "template", source: "unparsed", template: "{{ if not .time }}yes{{ end }}" };

/** Counts marked lines. They are sent with the timestamp of the line before. */
const COUNT_UNPARSED: Stage = {
  type: "count",
  ...UNPARSED_LINES,
  source: "unparsed",
  description: "Lines that do not have the format or timestamp of their log source",
};

/**
 * Masks the tokens of Telegram bots. Alertmanager logs a bot's URL, which contains the token, if Telegram is
 * unreachable.
 */
const MASK_TELEGRAM_TOKENS: Stage = {
  type: "match",
  selector: '{job="alertmanager"}',
  stages: [{ type: "replace", expression: contract.telegramToken, replacement: "…" }],
};

/**
 * Drops an error that Loki logs ten times per query while the deletion of lines is disabled. No setting of Loki avoids it
 * (github.com/grafana/loki/issues/9855).
 */
const DROP_DELETION_ERRORS: Stage = {
  type: "drop",
  selector: '{job="loki"} |= "deletion is not available for this tenant"',
  reason: "not_of_the_source",
};

/**
 * Returns the pipeline for lines of files. Of the sources, only `firstLine` affects the pipeline, so that a drop-in with
 * a known parser works without a new pipeline.
 */
export function filePipeline(sources: readonly LogSource[]): Stage[] {
  const multiline = sources.flatMap(({ name, _files }) =>
    _files.flatMap(({ kind, firstLine }) =>
      firstLine === undefined ? [] : [{ selector: `job="${name}",kind="${kind}"`, firstLine }],
    ),
  );
  return [
    ...multiline.map(({ selector, firstLine }): Stage => ({
      type: "match",
      selector: `{${selector}}`,
      stages: [{ type: "multiline", firstLine }],
    })),
    ...Object.values(Parser)
      .filter((parser) => EXTRACTIONS[parser].length > 0)
      .map((parser) => matching(parser, [...multilineStages(parser), ...EXTRACTIONS[parser], ...finalStages(parser)])),
    { type: "label_drop", names: [PARSER_LABEL] },
    COUNT_UNPARSED,
  ];
}

/** Returns the pipeline for journal entries. They have a timestamp, and their level follows from their priority. */
export function journalPipeline(sources: readonly LogSource[]): Stage[] {
  const filters = sources.flatMap(({ name, _journal }) =>
    _journal.flatMap(({ only }): Stage[] =>
      only === undefined
        ? []
        : [{ type: "drop", selector: `{job="${name}"} !~ ${JSON.stringify(only)}`, reason: "not_of_the_source" }],
    ),
  );
  const has = (job: string): boolean => sources.some(({ name }) => name === job);
  const used = new Set(sources.flatMap(({ _journal }) => _journal.map(({ parser }) => parser)));
  return [
    ...filters,
    ...(has("alertmanager") ? [MASK_TELEGRAM_TOKENS] : []),
    ...(has("loki") ? [DROP_DELETION_ERRORS] : []),
    ...[...used]
      .filter((parser) => EXTRACTIONS[parser].length > 0)
      .sort()
      .map((parser) => matching(parser, [...withoutTime(parser), { type: "labels", names: labelsOf(parser) }])),
    { type: "label_drop", names: [PARSER_LABEL] },
  ];
}

function multilineStages(parser: Parser): Stage[] {
  const firstLine = FIRST_LINES[parser];
  return firstLine === undefined ? [] : [{ type: "multiline", firstLine }];
}

function matching(parser: Parser, stages: readonly Stage[]): Stage {
  return { type: "match", selector: `{${PARSER_LABEL}="${parser}"}`, stages };
}

/** Returns the extraction stages of a parser, without the stages for the timestamp. */
function withoutTime(parser: Parser): Stage[] {
  return EXTRACTIONS[parser].filter((stage) => !extractsOnlyTime(stage));
}

function extractsOnlyTime(stage: Stage): boolean {
  if (stage.type === "template") return stage.source === "time";
  if (stage.type !== "regex") return false;
  return [...stage.expression.matchAll(/\(\?P<(\w+)>/g)].every(([, group]) => group === "time");
}

function finalStages(parser: Parser): Stage[] {
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
