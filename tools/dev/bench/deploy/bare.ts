import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { privateDirectory, projectRoot } from "../../../cli/project";
import { Interruption } from "../../interruption";
import { measure, Measured } from "../measure";
import { cdktfDeploy } from "./project";

/**
 * A project with the same number of resources as the measured one, all of type `null_resource`. It measures cdktf and Terraform alone, and creates
 * nothing on this machine that must be destroyed.
 */
export class BareProject {
  private readonly directory = join(privateDirectory, "bench", "bare");

  public constructor(
    private readonly environment: Readonly<Record<string, string>>,
    private readonly interruption: Interruption,
  ) {}

  public create(resources: number): void {
    this.remove();
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    symlinkSync(join(projectRoot, "node_modules"), join(this.directory, "node_modules"));
    const settings = {
      language: "typescript",
      app: "node --import tsx main.ts",
      projectId: "bare",
      sendCrashReports: "false",
    };
    writeFileSync(join(this.directory, "cdktf.json"), JSON.stringify(settings));
    writeFileSync(
      join(this.directory, "main.ts"),
      `import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { App, TerraformStack } from "cdktf";

const app = new App();
const stack = new TerraformStack(app, "bare");
new NullProvider(stack, "null");
for (let number = 0; number < ${resources}; number += 1)
  new Resource(stack, \`resource-\${number}\`, { triggers: { number: String(number) } });
app.synth();
`,
    );
  }

  public async cdktf(): Promise<Measured> {
    const environment = { ...this.environment, CI: "1", CHECKPOINT_DISABLE: "1" };
    return measure(cdktfDeploy("bare"), { cwd: this.directory, environment, interruption: this.interruption });
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
