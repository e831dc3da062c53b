import { App, TerraformStack } from "cdktf";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Who makes the servers: this library's constructs, or the provider's alone. */
export type Maker = "ours" | "bare";

/** A kind of server, made in both ways. */
export type ServerKind = Readonly<Record<Maker, (stack: TerraformStack, count: number) => void>>;

/** What one process found out. Times in seconds. */
export interface Sample {
  /** From the process's start until all modules were loaded. */
  readonly load: number;
  /** Constructing the tree. */
  readonly construct: number;
  /** Synthesizing it: validations, Terraform JSON, copies of assets. */
  readonly synthesize: number;
  /** Processor time of construction and synthesis, which other work on the machine disturbs less. */
  readonly cpu: number;
  /** Size of the Terraform JSON. */
  readonly bytes: number;
}

/**
 * Makes as many servers as the command line says, once, and prints a {@link Sample}. Each kind of server is a program
 * of its own, started anew for each sample: a second synthesis in a process would find code that is compiled already.
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
