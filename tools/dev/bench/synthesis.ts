import { join } from "node:path";
import { projectRoot } from "../../cli/project";
import { run } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { Benchmark, Figure, Settings } from "./benchmark";
import { ratios } from "./statistics";
import type { Maker, Sample } from "./synthesis/sample";

/** Kinds of servers. Each has a program in `synthesis/`. */
const KINDS = ["local", "aws"];
const MAKERS: readonly Maker[] = ["ours", "bare"];
/** Upper limit for our time relative to bare constructs, and for the time per server relative to a smaller stack. */
const GOAL = 1.5;

/** Samples by maker, in the order in which they were taken. */
type Samples = Readonly<Record<Maker, Sample[]>>;

/** Measures the synthesis of servers, compared with bare provider constructs. */
export const synthesis: Benchmark = {
  name: "synthesis",
  title: "construction and synthesis of servers, compared with bare provider constructs",
  repeat: 5,
  needs: [],
  run: async (settings) => {
    const figures: Figure[] = [];
    for (const kind of KINDS) figures.push(...(await measureKind(kind, settings)));
    return {
      figures,
      notes: [
        'Each sample is a process of its own. Only the figures named "loading the modules" include that time.',
        "Ratios compare samples that were taken one after the other. Goals apply to the largest number of servers.",
      ],
    };
  },
};

async function measureKind(kind: string, { repeat, sizes, log }: Settings): Promise<Figure[]> {
  const bySize = new Map(sizes.map((size): [number, Samples] => [size, { ours: [], bare: [] }]));
  for (let round = 1; round <= repeat; round += 1) {
    log(`${kind}: round ${round} of ${repeat}`);
    for (const [size, samples] of bySize) {
      // The order alternates between rounds, because the first sample may run on a machine that is still waking up.
      for (const maker of round % 2 === 1 ? MAKERS : [...MAKERS].reverse())
        samples[maker].push(await takeSample(kind, maker, size));
    }
  }
  const largest = Math.max(...sizes);
  return [
    ...[...bySize].flatMap(([size, samples]) => figuresOf(`${kind}, ${size} servers`, samples, size === largest)),
    ...linearity(kind, bySize),
    { name: `${kind}: loading the modules, ours`, unit: "s", samples: all(bySize, "ours").map(({ load }) => load) },
    { name: `${kind}: loading the modules, bare`, unit: "s", samples: all(bySize, "bare").map(({ load }) => load) },
  ];
}

/**
 * Synthesizes servers once, in a process of its own.
 *
 * @throws UserError with the output of the process if it fails
 */
export async function takeSample(kind: string, maker: Maker, size: number): Promise<Sample> {
  const program = join(__dirname, "synthesis", `${kind}.ts`);
  const { code, stdout, stderr } = await run(process.execPath, ["--import", "tsx", program, maker, String(size)], {
    cwd: projectRoot,
  });
  if (code !== 0) throw new UserError(`cannot synthesize ${size} servers (${kind}, ${maker}):\n${stderr.trim()}`);
  return JSON.parse(stdout) as Sample;
}

function figuresOf(name: string, { ours, bare }: Samples, judged: boolean): Figure[] {
  return [
    { name: `${name}, ours`, unit: "s", samples: ours.map(total) },
    { name: `${name}, bare`, unit: "s", samples: bare.map(total) },
    {
      name: `${name}, ours / bare`,
      unit: "×",
      samples: ratios(ours.map(total), bare.map(total)),
      ...(judged ? { goal: GOAL } : {}),
    },
    { name: `${name}, ours / bare, CPU time`, unit: "×", samples: ratios(ours.map(cpu), bare.map(cpu)) },
    { name: `${name}, Terraform JSON, ours`, unit: "kB", samples: ours.slice(0, 1).map(kilobytes) },
    { name: `${name}, Terraform JSON, bare`, unit: "kB", samples: bare.slice(0, 1).map(kilobytes) },
  ];
}

/**
 * Compares the time per server in the largest and in the second largest stack: at most 1 if the total time is linear, and
 * the ratio of the sizes if it is quadratic.
 */
function linearity(kind: string, bySize: ReadonlyMap<number, Samples>): Figure[] {
  const [[fewer, few] = [], [more, many] = []] = [...bySize].slice(-2);
  if (few === undefined || many === undefined) return [];
  const share =
    (count = 1) =>
    (sample: Sample) =>
      total(sample) / count;
  return MAKERS.map((maker) => ({
    name: `${kind}: time per server, ${more} / ${fewer} servers, ${maker}`,
    unit: "×",
    samples: ratios(many[maker].map(share(more)), few[maker].map(share(fewer))),
    ...(maker === "ours" ? { goal: GOAL } : {}),
  }));
}

function all(bySize: ReadonlyMap<number, Samples>, maker: Maker): Sample[] {
  return [...bySize.values()].flatMap((samples) => samples[maker]);
}

function total({ construct, synthesize }: Sample): number {
  return construct + synthesize;
}

function cpu(sample: Sample): number {
  return sample.cpu;
}

function kilobytes({ bytes }: Sample): number {
  return bytes / 1000;
}
