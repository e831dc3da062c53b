import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contract } from "../../../../lib/contract";
import { privateDirectory } from "../../../cli/project";
import { UserError } from "../../../cli/user-error";
import { LOCAL_STACK } from "../../../cli/stack-outputs";
import { copyProject } from "../../project-copy";
import { readRunResults, RunResult } from "../../../cli/run-results";
import { terraformName } from "../../../cli/terraform-name";
import { Interruption } from "../../interruption";
import { measure, Measured } from "../measure";

/** A plan of a stack that has no resources yet, and the time that the plan took. */
export interface MeasuredPlan {
  readonly synthesis: Measured;
  readonly plan: Measured;
  /** Inventory as JSON. It contains unresolved Terraform expressions. */
  readonly inventory: string;
}

/** The parts of Terraform's state file (format 4) that are read here. */
interface State {
  readonly resources: readonly { readonly instances: readonly unknown[] }[];
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
}

const ENVIRONMENT = {
  // Different from the prefixes and subnets of "up" and of the tests. RFC 2544 reserves 198.18.0.0/15 for benchmarks.
  LOCAL_PREFIX: "bench",
  LOCAL_SUBNET: "198.18.128.0/20",
  NO_COLOR: "1",
  FORCE_COLOR: "0",
  CHECKPOINT_DISABLE: "1",
  // Prevents cdktf from redrawing the screen.
  CI: "1",
};

/** A copy of the project that is deployed and destroyed again. */
export class BenchProject {
  /** The folder is always the same, so that the next benchmark finds and destroys the servers of a killed benchmark. */
  private readonly directory = join(privateDirectory, "bench", "project");
  private readonly environment: Record<string, string>;
  /** Whether the stack might exist, for example because an earlier benchmark was killed. */
  private deployed = existsSync(join(this.directory, "cdktf.out"));

  /** @param app path of the app that defines the stack, in the project */
  public constructor(
    environment: Readonly<Record<string, string>>,
    private readonly interruption: Interruption,
    private readonly app: string,
  ) {
    this.environment = { ...environment, ...ENVIRONMENT };
  }

  /** Copies the project. Removes an earlier copy and its servers first. */
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

  /** Plans the stack as if it had no resources yet. */
  public async plan(): Promise<MeasuredPlan> {
    const synthesis = await this.run(["npx", "cdktf", "synth"]);
    const cwd = join(this.directory, "cdktf.out", "stacks", LOCAL_STACK);
    const { locals } = JSON.parse(readFileSync(join(cwd, "cdk.tf.json"), "utf8")) as {
      readonly locals: Readonly<Record<string, string | { readonly all?: object }>>;
    };
    const inventory = Object.values(locals).find((local) => typeof local === "object" && local.all !== undefined);
    // Leaves the data folder and the state of the deployed stack unchanged.
    const environment = { ...this.environment, TF_DATA_DIR: join(this.directory, "plan") };
    const terraform = async (...args: readonly string[]): Promise<Measured> =>
      measure([terraformName(), ...args], { cwd, environment, interruption: this.interruption });
    await terraform("init", "-input=false");
    const plan = await terraform("plan", "-input=false", `-state=${join(this.directory, "plan", "none.tfstate")}`);
    return { synthesis, plan, inventory: JSON.stringify(inventory) };
  }

  /** Sets an environment variable of the app for all following commands. */
  public set(variable: string, value: string): void {
    this.environment[variable] = value;
  }

  /** The last result of each run. Empty before the first deploy. */
  public get runs(): readonly RunResult[] {
    const state = join(this.directory, contract.privateDirectory, LOCAL_STACK);
    const folder = join(state, contract.state.runs);
    return existsSync(folder) ? readRunResults(state, readdirSync(folder)) : [];
  }

  /** The number of resources in Terraform's state. */
  public get resources(): number {
    return this.state.resources.reduce((sum, { instances }) => sum + instances.length, 0);
  }

  /** The inventory of the deployed stack, as JSON. */
  public get inventory(): string {
    return String(this.state.outputs.inventory?.value);
  }

  private get state(): State {
    const file = join(this.directory, `terraform.${LOCAL_STACK}.tfstate`);
    return JSON.parse(readFileSync(file, "utf8")) as State;
  }

  /**
   * Destroys the stack and removes the copy. Ignores interruptions.
   *
   * @throws UserError with the command to repeat if the stack cannot be destroyed
   */
  public async remove(): Promise<void> {
    if (this.deployed) await this.destroy();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async destroy(): Promise<void> {
    try {
      await measure(["npm", "run", "--silent", "down"], { cwd: this.directory, environment: this.environment });
      this.deployed = false;
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new UserError(
        `${words}\nThe servers of the benchmark still exist. The next benchmark destroys them; to do it now: ` +
          `cd ${this.directory} && LOCAL_PREFIX=${ENVIRONMENT.LOCAL_PREFIX} npm run down`,
      );
    }
  }

  private async run(command: readonly string[]): Promise<Measured> {
    return measure(command, { cwd: this.directory, environment: this.environment, interruption: this.interruption });
  }
}

/** The command that `npm run up` runs, as a user types it. */
export function cdktfDeploy(stack: string): readonly string[] {
  return ["npx", "cdktf", "deploy", stack, "--auto-approve", "--skip-provider-lock"];
}
