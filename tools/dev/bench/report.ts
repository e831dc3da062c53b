import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { writeAtomically } from "../../cli/files";
import { Figure, Outcome } from "./benchmark";
import { Machine } from "../../local/machine";
import { summarize, Summary } from "./statistics";

/** A figure with the summary of its samples. */
export interface Result extends Figure, Summary {
  /** Whether the median meets the goal. @default - there is no goal */
  readonly met?: boolean;
}

/** A benchmark with its results. */
export interface Section {
  readonly benchmark: string;
  readonly title: string;
  readonly repeat: number;
  readonly results: readonly Result[];
  readonly notes: readonly string[];
}

/** A file of results. */
export interface ResultFile {
  /** Increases if readers of the old format would misread the new one. */
  readonly format: 1;
  /** Start of the first benchmark, in UTC. */
  readonly date: string;
  readonly machine: Machine;
  readonly sections: readonly Section[];
}

/** Summarizes the results of a benchmark. */
export function section(
  benchmark: { readonly name: string; readonly title: string },
  repeat: number,
  outcome: Outcome,
): Section {
  return {
    benchmark: benchmark.name,
    title: benchmark.title,
    repeat,
    results: outcome.figures.map(result),
    notes: outcome.notes,
  };
}

function result(figure: Figure): Result {
  const summary = summarize(figure.samples);
  return { ...figure, ...summary, ...(figure.goal === undefined ? {} : { met: summary.median <= figure.goal }) };
}

/** Writes a file of results in one step. */
export function writeResults(path: string, file: ResultFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeAtomically(path, `${JSON.stringify(file, undefined, 2)}\n`);
}

/** Formats a section as a table. */
export function table({ benchmark, title, repeat, results, notes }: Section): string {
  const rows = results.map((each) => [
    each.name,
    `${round(each.median)} ${each.unit}`,
    each.min === each.max ? "" : `${round(each.min)} … ${round(each.max)}`,
    each.goal === undefined ? "" : `at most ${each.goal}: ${each.met === true ? "met" : "NOT MET"}`,
  ]);
  const header = ["", "median", "min … max", rows.some(([, , , goal]) => goal !== "") ? "goal" : ""];
  return [
    `${benchmark}: ${title} (${repeat} ${repeat === 1 ? "time" : "times"} each)`,
    "",
    ...align([header, ...rows]).map((line) => `  ${line}`),
    ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `  ${note}`)]),
  ].join("\n");
}

/** Aligns columns: the first and the last to the left, numbers to the right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join("   ")
      .trimEnd(),
  );
}

/** Rounds to three significant digits and at most three decimals, because more digits would be noise. */
function round(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(Number(value.toPrecision(3)).toFixed(3)));
}
