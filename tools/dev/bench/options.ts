import { parseArgs } from "node:util";
import { UserError } from "../../cli/user-error";

/** The options of the command line. */
export interface Options {
  readonly help: boolean;
  /** Names of the selected benchmarks, in the order in which they run. */
  readonly benchmarks: readonly string[];
  /** Number of repetitions. @default - the number of each benchmark */
  readonly repeat?: number;
  /** Numbers of servers, in ascending order. */
  readonly sizes: readonly number[];
  /** Folder of Ansible collections to compare with. @default - no comparison */
  readonly rival?: string;
  /** File for the results. @default - a new file in the project's private folder */
  readonly out?: string;
}

const SIZES = "10,100,1000";

/**
 * Parses the command line.
 *
 * @param known names of all benchmarks, in the order in which they run
 * @throws UserError if an argument is invalid
 */
export function parseOptions(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h", default: false },
      repeat: { type: "string" },
      sizes: { type: "string", default: SIZES },
      rival: { type: "string" },
      out: { type: "string" },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UserError(`unknown benchmark "${unknown}": use ${known.join(", ")}`);
  return {
    help: values.help,
    benchmarks: known.filter((name) => positionals.length === 0 || positionals.includes(name)),
    ...(values.repeat === undefined ? {} : { repeat: parseCount("--repeat", values.repeat) }),
    sizes: parseSizes(values.sizes),
    ...(values.rival === undefined ? {} : { rival: values.rival }),
    ...(values.out === undefined ? {} : { out: values.out }),
  };
}

function parseSizes(list: string): number[] {
  const sizes = new Set(list.split(",").map((size) => parseCount("--sizes", size.trim())));
  return [...sizes].sort((a, b) => a - b);
}

function parseCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UserError(`${option}: "${text}" is not a whole number from 1 to 999999`);
  return Number(text);
}
