import { parseArgs } from "node:util";
import { UserError } from "../../cli/common";

/** What the command line says. */
export interface Options {
  readonly help: boolean;
  /** The names of the chosen benchmarks, in the order in which they run. */
  readonly benchmarks: readonly string[];
  /** @default - each benchmark's own */
  readonly repeat?: number;
  readonly sizes: readonly number[];
  /** A folder of Ansible collections to compare with. @default - none, and no comparison */
  readonly rival?: string;
  /** @default - a new one in the project's private folder */
  readonly out?: string;
}

const SIZES = "10,100,1000";

/**
 * Reads the command line.
 *
 * @param known the names of all benchmarks, in their order
 * @throws UserError that says what was wrong and what is possible
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
  if (unknown !== undefined) throw new UserError(`"${unknown}" is no benchmark: there are ${known.join(", ")}`);
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
