import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { privateDirectory, UserError } from "../../../cli/common";
import { LOCAL_STACK } from "../../../cli/stack-outputs";
import { copyProject } from "../../project-copy";
import { readRunResults, RunResult } from "../../../cli/run-results";
import { Interruption } from "../interruption";
import { measure, Measured } from "../measure";

/** What the next deploy would do, and what it took to find that out. */
export interface Planned {
  readonly synthesis: Measured;
  /** Of a stack of which nothing exists. */
  readonly plan: Measured;
  /** The inventory, as JSON, with Terraform's expressions in it. */
  readonly inventory: string;
}

/** The parts of Terraform's state file (format 4) that are read here. */
interface State {
  readonly resources: readonly { readonly instances: readonly unknown[] }[];
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
}

const ENVIRONMENT = {
  // A name and a subnet of its own, away from those of `up` and of the tests: 198.18.0.0/15 is reserved for benchmarks.
  LOCAL_PREFIX: "bench",
  LOCAL_SUBNET: "198.18.128.0/20",
  NO_COLOR: "1",
  FORCE_COLOR: "0",
  CHECKPOINT_DISABLE: "1",
  // cdktf draws pictures unless it is told that nobody watches.
  CI: "1",
};

/** A copy of the project that is deployed and taken down again. */
export class BenchProject {
  /** Always the same, so that what a killed benchmark left is found and taken down by the next. */
  private readonly directory = join(privateDirectory, "bench", "project");
  private readonly environment: Record<string, string>;
  /** Whether something may be deployed from there: a killed benchmark got no further than this when it was not. */
  private deployed = existsSync(join(this.directory, "cdktf.out"));

  /** @param app the program that makes the stack, by its path in the project */
  public constructor(
    environment: Readonly<Record<string, string>>,
    private readonly interruption: Interruption,
    private readonly app: string,
  ) {
    this.environment = { ...environment, ...ENVIRONMENT };
  }

  /** Copies the project, as it is before anything was deployed. */
  public async create(): Promise<void> {
    await this.remove();
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    copyProject(this.directory);
    const settings = join(this.directory, "cdktf.json");
    const app = {
      ...(JSON.parse(readFileSync(settings, "utf8")) as object),
      app: `node --import tsx ${this.app}`,
    };
    writeFileSync(settings, JSON.stringify(app));
  }

  /** Runs `npm run up`, or `down`. */
  public async npm(script: "up" | "down"): Promise<Measured> {
    this.deployed = true;
    const measured = await this.run(["npm", "run", "--silent", script]);
    this.deployed = script === "up";
    return measured;
  }

  /** Deploys the stack with cdktf alone. */
  public async cdktf(): Promise<Measured> {
    this.deployed = true;
    return this.run(cdktfDeploy(LOCAL_STACK));
  }

  /** Plans the stack as if nothing of it were there. */
  public async plan(): Promise<Planned> {
    const synthesis = await this.run(["npx", "cdktf", "synth"]);
    const cwd = join(this.directory, "cdktf.out", "stacks", LOCAL_STACK);
    const { locals } = JSON.parse(readFileSync(join(cwd, "cdk.tf.json"), "utf8")) as {
      readonly locals: Readonly<Record<string, string | { readonly all?: object }>>;
    };
    const inventory = Object.values(locals).find((local) => typeof local === "object" && local.all !== undefined);
    // Another state than the deployed one, and another folder for the providers.
    const environment = { ...this.environment, TF_DATA_DIR: join(this.directory, "plan") };
    const terraform = async (...args: readonly string[]): Promise<Measured> =>
      measure(["terraform", ...args], { cwd, environment, interruption: this.interruption });
    await terraform("init", "-input=false");
    const plan = await terraform("plan", "-input=false", `-state=${join(this.directory, "plan", "none.tfstate")}`);
    return { synthesis, plan, inventory: JSON.stringify(inventory) };
  }

  /** Sets what the app reads of its environment, from now on. */
  public set(variable: string, value: string): void {
    this.environment[variable] = value;
  }

  /** The last result of each run; none before the first deploy. */
  public get runs(): readonly RunResult[] {
    const state = join(this.directory, ".cdktf-monitoring", LOCAL_STACK);
    const folder = join(state, "runs");
    return existsSync(folder) ? readRunResults(state, readdirSync(folder)) : [];
  }

  /** How many resources Terraform keeps for the stack. */
  public get resources(): number {
    return this.state.resources.reduce((sum, { instances }) => sum + instances.length, 0);
  }

  /** The stack's inventory, as JSON. */
  public get inventory(): string {
    return String(this.state.outputs.inventory?.value);
  }

  private get state(): State {
    const file = join(this.directory, `terraform.${LOCAL_STACK}.tfstate`);
    return JSON.parse(readFileSync(file, "utf8")) as State;
  }

  /**
   * Takes down what is deployed and removes the copy, whatever signals come.
   *
   * @throws UserError that says where it can be repeated
   */
  public async remove(): Promise<void> {
    if (this.deployed) await this.takeDown();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async takeDown(): Promise<void> {
    try {
      await measure(["npm", "run", "--silent", "down"], { cwd: this.directory, environment: this.environment });
      this.deployed = false;
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new UserError(
        `${words}\nNot all could be taken down. The next benchmark tries again; by hand: ` +
          `cd ${this.directory} && LOCAL_PREFIX=${ENVIRONMENT.LOCAL_PREFIX} npm run down`,
      );
    }
  }

  private async run(command: readonly string[]): Promise<Measured> {
    return measure(command, { cwd: this.directory, environment: this.environment, interruption: this.interruption });
  }
}

/** What `npm run up` calls too, as a user types it. */
export function cdktfDeploy(stack: string): readonly string[] {
  return ["npx", "cdktf", "deploy", stack, "--auto-approve", "--skip-provider-lock"];
}
