import { App, TerraformStack } from "cdktf";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The constructs that define the servers: those of this library, or bare provider constructs. */
export type Maker = "ours" | "bare";

/** A kind of server, defined by both makers. */
export type ServerKind = Readonly<Record<Maker, (stack: TerraformStack, count: number) => void>>;

/** The measurements of one process. Times are in seconds. */
export interface Sample {
  /** From the start of the process until all modules were loaded. */
  readonly load: number;
  /** Construction of the tree. */
  readonly construct: number;
  /** Synthesis: validations, Terraform JSON, copies of assets. */
  readonly synthesize: number;
  /** CPU time of construction and synthesis, which other load on the machine disturbs less. */
  readonly cpu: number;
  /** Size of the Terraform JSON. */
  readonly bytes: number;
}

/**
 * Synthesizes the number of servers that the command line names, and prints a {@link Sample}. Each sample is a process of
 * its own, because a second synthesis in the same process would use compiled code.
 */
export function sample(kind: ServerKind): void {
  const load = performance.now();
  const [maker, count] = process.argv.slice(2);
  const outdir = mkdtempSync(join(tmpdir(), "cdktf-monitoring-bench-"));
  try {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const app = new App({ outdir });
    const stack = new TerraformStack(app, "bench");
    kind[maker as Maker](stack, Number(count));
    const constructed = performance.now();
    app.synth();
    const end = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    const result: Sample = {
      load: load / 1000,
      construct: (constructed - start) / 1000,
      synthesize: (end - constructed) / 1000,
      cpu: (user + system) / 1e6,
      bytes: jsonBytes(join(outdir, "stacks", "bench")),
    };
    console.log(JSON.stringify(result));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function jsonBytes(folder: string): number {
  const files = readdirSync(folder).filter((name) => name.endsWith(".tf.json"));
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
