import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import packageJson from "../../package.json";

/** A user's project with the packed library, in a folder from which no file of this clone is found. */
export class PackedProject {
  public readonly directory = mkdtempSync(join(tmpdir(), "cdktf-monitoring-packed-"));
  /** Paths of the package's files. */
  public readonly files: readonly string[];

  /**
   * Packs the library of this clone, and installs it together with the packages of a TypeScript project.
   *
   * @param others further packages to install, in the versions of this clone
   */
  public constructor(...others: readonly (keyof typeof packageJson.devDependencies)[]) {
    const output = execFileSync("npm", ["pack", "--json", "--pack-destination", this.directory], {
      cwd: projectRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [packed] = JSON.parse(output) as { readonly filename: string; readonly files: { readonly path: string }[] }[];
    this.files = (packed?.files ?? []).map(({ path }) => path);
    this.write("package.json", JSON.stringify({ name: "fresh", private: true }));
    this.write("cdktf.json", JSON.stringify({ language: "typescript", app: "node main.js" }));
    this.write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: { target: "ES2022", module: "node16", strict: true, skipLibCheck: true, types: ["node"] },
      }),
    );
    const versions = packageJson.devDependencies;
    const packages = (["cdktf", "constructs", "typescript", "@types/node", ...others] as const).map(
      (name) => `${name}@${versions[name]}`,
    );
    this.run(
      "npm",
      "install",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
      `./${packed?.filename ?? ""}`,
      ...packages,
    );
  }

  /** Writes a file in the project's folder. */
  public write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  /** Runs a program in the project's folder, and returns its output. Throws if the program fails. */
  public run(program: string, ...args: readonly string[]): string {
    // Without this clone's modules, and without the settings of the npm that runs the test.
    const environment = Object.entries(process.env).filter(
      ([name]) => name !== "NODE_PATH" && !name.startsWith("npm_"),
    );
    return execFileSync(program, args, {
      cwd: this.directory,
      encoding: "utf8",
      env: { ...Object.fromEntries(environment), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Removes the project. */
  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Returns a program with a stack of two local servers. */
export function smallStack(prefix: string, subnet: string): string {
  return `import { App, TerraformStack } from "cdktf";
import { LocalNetwork, LocalServer, MonitoredServer, Monitoring, MonitoringHost, Prometheus } from "cdktf-monitoring";

const app = new App();
const stack = new TerraformStack(app, "fresh");
const network = new LocalNetwork(stack, "network", { prefix: "${prefix}", subnet: "${subnet}" });
const monitoring = new Monitoring(stack, "monitoring", { technicians: [network.gateway] });
const hub = new MonitoringHost(stack, "hub", { monitoring, server: new LocalServer(stack, "hub-server", { network }) });
new Prometheus(hub, "prometheus", { retention: "7d" });
new MonitoredServer(stack, "app", { monitoring, server: new LocalServer(stack, "app-server", { network }) });
app.synth();
`;
}
