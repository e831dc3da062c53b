import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/common";
import packageJson from "../../package.json";

/** A project of somebody who installed the packed library, in a folder where nothing of the clone is found. */
export class PackedProject {
  public readonly directory = mkdtempSync(join(tmpdir(), "cdktf-monitoring-packed-"));
  /** The files of the archive, as they lie in the installed package. */
  public readonly files: readonly string[];

  /**
   * Packs the library as it is in this clone, and installs it beside what else a project of TypeScript needs.
   *
   * @param others what the project has beside, of what this clone has
   */
  public constructor(...others: readonly (keyof typeof packageJson.devDependencies)[]) {
    const said = execFileSync("npm", ["pack", "--json", "--pack-destination", this.directory], {
      cwd: projectRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [packed] = JSON.parse(said) as { readonly filename: string; readonly files: { readonly path: string }[] }[];
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
    const beside = (["cdktf", "constructs", "typescript", "@types/node", ...others] as const).map(
      (name) => `${name}@${versions[name]}`,
    );
    this.run("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", `./${packed?.filename ?? ""}`, ...beside);
  }

  /** Writes a file of the project. */
  public write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  /** Runs a program in the project, and returns what it said; what failed is the error. */
  public run(program: string, ...args: readonly string[]): string {
    // No module of the clone, and no setting of the npm that runs this, is to be found.
    const own = Object.entries(process.env).filter(([name]) => name !== "NODE_PATH" && !name.startsWith("npm_"));
    return execFileSync(program, args, {
      cwd: this.directory,
      encoding: "utf8",
      env: { ...Object.fromEntries(own), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A stack of two servers on this machine. */
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
