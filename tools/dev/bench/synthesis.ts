import { join } from "node:path";
import { projectRoot, run, UserError } from "../../cli/common";
import { Benchmark, Figure, Settings } from "./benchmark";
import { ratios } from "./statistics";
import type { Maker, Sample } from "./synthesis/sample";

/** Each a program in `synthesis/`. */
const KINDS = ["local", "aws"];
const MAKERS: readonly Maker[] = ["ours", "bare"];
/** How many times the bare constructs' time ours may take, and a server's time among the most that among fewer. */
const GOAL = 1.5;

/** Samples by who made the servers, each in the order in which they were taken. */
type Samples = Readonly<Record<Maker, Sample[]>>;

/** How long it takes to say what is wanted, compared with the provider's constructs alone. */
export const synthesis: Benchmark = {
  name: "synthesis",
  title: "constructing and synthesizing servers, ours against bare provider constructs",
  repeat: 5,
  needs: [],
  run: async (settings) => {
    const figures: Figure[] = [];
    for (const kind of KINDS) figures.push(...(await measureKind(kind, settings)));
    return {
      figures,
      notes: [
        "Each sample is a process of its own; loading modules is not in the figures but where it says so.",
        "Ratios are those of samples taken one after the other. Goals are for the largest number of servers.",
      ],
    };
  },
};

async function measureKind(kind: string, { repeat, sizes, log }: Settings): Promise<Figure[]> {
  const bySize = new Map(sizes.map((size): [number, Samples] => [size, { ours: [], bare: [] }]));
  for (let round = 1; round <= repeat; round += 1) {
    log(`${kind}: round ${round} of ${repeat}`);
    for (const [size, samples] of bySize) {
      // Whoever goes first may find a machine that is just waking up: they take turns.
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
 * Makes servers once, in a process of its own.
 *
 * @throws UserError with what the process said when it failed
 */
export async function takeSample(kind: string, maker: Maker, size: number): Promise<Sample> {
  const program = join(__dirname, "synthesis", `${kind}.ts`);
  const { code, stdout, stderr } = await run(process.execPath, ["--import", "tsx", program, maker, String(size)], {
    cwd: projectRoot,
  });
  if (code !== 0) throw new UserError(`making ${size} servers (${kind}, ${maker}) failed:\n${stderr.trim()}`);
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
    { name: `${name}, ours / bare, processor time`, unit: "×", samples: ratios(ours.map(cpu), bare.map(cpu)) },
    { name: `${name}, Terraform JSON, ours`, unit: "kB", samples: ours.slice(0, 1).map(kilobytes) },
    { name: `${name}, Terraform JSON, bare`, unit: "kB", samples: bare.slice(0, 1).map(kilobytes) },
  ];
}

/**
 * How many times as long a server takes among the most servers as among the next fewer: 1 or less when the whole is
 * linear (what is done once is shared by more), the ratio of the sizes when it is quadratic.
 */
function linearity(kind: string, bySize: ReadonlyMap<number, Samples>): Figure[] {
  const [[fewer, few] = [], [more, many] = []] = [...bySize].slice(-2);
  if (few === undefined || many === undefined) return [];
  const share =
    (count = 1) =>
    (sample: Sample) =>
      total(sample) / count;
  return MAKERS.map((maker) => ({
    name: `${kind}: a server among ${more} / among ${fewer}, ${maker}`,
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
