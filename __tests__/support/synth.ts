import { App, TerraformStack, Testing } from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A `null_resource` of a synthesized stack. */
export interface NullResource {
  readonly triggers: Readonly<Record<string, string>> | string;
  readonly for_each?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly depends_on?: readonly string[];
  readonly lifecycle?: object;
  readonly provisioner?: readonly {
    readonly "local-exec": {
      readonly command: string;
      readonly when?: string;
      readonly environment: Readonly<Record<string, string>>;
    };
  }[];
  readonly "//": { readonly metadata: { readonly path: string } };
}

/** A run's group in the inventory. */
export interface RunGroup {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly hosts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A synthesized stack. */
export class Synthesized {
  public static readonly of = (stack: string, outdir: string): Synthesized =>
    new Synthesized(
      withEntries(JSON.parse(readFileSync(join(outdir, "stacks", stack, "cdk.tf.json"), "utf8")) as Json),
      join(outdir, "stacks", stack),
      annotations(outdir, stack),
    );

  private constructor(
    public readonly json: Json,
    public readonly directory: string,
    /** Messages of the synthesis' warnings. */
    public readonly warnings: readonly string[],
  ) {}

  /** Returns the resource of a construct, of any type. */
  public resource(path: string): Readonly<Record<string, unknown>> {
    const resources = Object.values(this.json.resource as Readonly<Record<string, Resources>>);
    const found = resources
      .flatMap((ofType) => Object.values(ofType))
      .find((each) => each["//"].metadata.path === path);
    if (!found) throw new Error(`no resource of ${path}`);
    return found;
  }

  /** Returns the `null_resource` of a construct. */
  public nullResource(path: string): NullResource {
    const found = Object.values(this.json.resource.null_resource).find(
      (resource) => resource["//"].metadata.path === path,
    );
    if (!found) throw new Error(`no null_resource of ${path}; there are ${this.paths.join(", ")}`);
    return found;
  }

  /** Construct paths of all `null_resource` blocks. */
  public get paths(): string[] {
    return Object.values(this.json.resource.null_resource).map((resource) => resource["//"].metadata.path);
  }

  /** Returns a run's group in the inventory. */
  public run(name: string): RunGroup {
    const group = this.inventory.all.children[`run_${name}`];
    if (!group) throw new Error(`no run ${name}; there are ${Object.keys(this.inventory.all.children).join(", ")}`);
    return group;
  }

  /** Returns a run's variables for a host: those of all hosts and those of this host. */
  public variables(run: string, host: string): Readonly<Record<string, unknown>> {
    const { vars, hosts } = this.run(run);
    return { ...vars, ...hosts[host] };
  }

  /** Returns the data of a host that trigger a run: the variables and the identity of the machine. */
  public consumed(run: string, host: string): readonly unknown[] {
    return [this.variables(run, host), this.inventory.all.hosts[host]?.monitoring_server];
  }

  /** The inventory in the Terraform JSON. */
  public get inventory(): Inventory {
    const found = Object.values(this.json.locals).find(isInventory);
    if (!found) throw new Error("no local value is an inventory");
    return found;
  }
}

type Resources = Readonly<Record<string, { readonly "//": { readonly metadata: { readonly path: string } } }>>;

interface Manifest {
  readonly stacks: Readonly<
    Record<string, { readonly annotations: readonly { readonly level: string; readonly message: string }[] }>
  >;
}

function annotations(outdir: string, stack: string): string[] {
  const { stacks } = JSON.parse(readFileSync(join(outdir, "manifest.json"), "utf8")) as Manifest;
  return (stacks[stack]?.annotations ?? []).filter(({ level }) => level.endsWith("warn")).map(({ message }) => message);
}

interface Inventory {
  readonly all: {
    readonly vars: Readonly<Record<string, unknown>>;
    readonly hosts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly children: Readonly<Record<string, RunGroup>>;
  };
}

/** Replaces each `for_each` that refers to a local value by this value. */
function withEntries(json: Json): Json {
  const entries = (text: string): unknown => json.locals[/^\$\{local\.([\w-]+)\}$/.exec(text)?.[1] ?? ""] ?? text;
  return JSON.parse(
    JSON.stringify(json, (key, value: unknown) =>
      key === "for_each" && typeof value === "string" ? entries(value) : value,
    ),
  ) as Json;
}

function isInventory(value: unknown): value is Inventory {
  return typeof value === "object" && value !== null && "all" in value;
}

interface Json {
  readonly locals: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, { readonly value: unknown }>>;
  readonly provider: Readonly<Record<string, readonly unknown[]>>;
  readonly resource: { readonly null_resource: Readonly<Record<string, NullResource>> };
}

/** Synthesizes an app with one stack called "test", with validation and aspects like `cdktf synth`. */
export function synth(build: (stack: TerraformStack) => void): Synthesized {
  return synthApp((app) => {
    build(new TerraformStack(app, "test"));
  }).get("test");
}

/** Synthesizes an app with several stacks. */
export function synthApp(build: (app: App) => void): { get(stack: string): Synthesized } {
  const app = Testing.app();
  build(app);
  app.synth();
  return { get: (stack) => Synthesized.of(stack, app.outdir) };
}
