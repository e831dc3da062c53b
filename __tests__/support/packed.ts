import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NULL_ARCHIVE } from "../../tools/dev/cdktn/modules";
import { packCdktn } from "../../tools/dev/cdktn/package";
import { VERSIONS } from "../../tools/dev/cdktn/versions";
import { packProject, type Packed } from "../../tools/dev/npm-pack";
import packageJson from "../../package.json";

/** A framework with the package for it. */
export interface Framework {
  /** Name of the framework and of its program. */
  readonly name: string;
  /** The framework and what else a project with the package needs, for `npm install`. */
  readonly packages: readonly string[];
  /** The package with the framework's program, for `npm install`. */
  readonly cli: string;
  /** Writes the package of this clone to a folder. */
  readonly pack: (destination: string) => Packed;
}

const { cdktf: cdktfVersion, constructs, typescript, ...versions } = packageJson.devDependencies;

export const cdktf: Framework = {
  name: "cdktf",
  packages: [`cdktf@${cdktfVersion}`, `constructs@${constructs}`],
  cli: `cdktf-cli@${versions["cdktf-cli"]}`,
  pack: packProject,
};

/** @param folder folder in the cache, which contains the bindings of the null provider */
export function cdktn(folder: string): Framework {
  return {
    name: "cdktn",
    packages: [`cdktn@${VERSIONS.cdktn}`, `constructs@${VERSIONS.constructs}`, join(folder, NULL_ARCHIVE)],
    cli: `cdktn-cli@${VERSIONS["cdktn-cli"]}`,
    pack: packCdktn,
  };
}

/** A user's project with the packed library, in a folder from which no file of this clone is found. */
export class PackedProject {
  public readonly directory = mkdtempSync(join(tmpdir(), "cdktf-monitoring-packed-"));
  /** Paths of the package's files. */
  public readonly files: readonly string[];

  /**
   * Packs the library of this clone, and installs it together with the packages of a TypeScript project.
   *
   * @param others further packages to install
   */
  public constructor(framework: Framework, ...others: readonly string[]) {
    this.write("package.json", JSON.stringify({ name: "fresh", private: true }));
    this.write("cdktf.json", JSON.stringify({ language: "typescript", app: "node main.js" }));
    this.write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: { target: "ES2022", module: "node16", strict: true, skipLibCheck: true, types: ["node"] },
      }),
    );
    this.files = this.install(
      framework,
      `typescript@${typescript}`,
      `@types/node@${versions["@types/node"]}`,
      ...others,
    );
  }

  /** Packs the library for a framework, and installs it together with the framework. Returns the package's files. */
  public install({ pack, packages }: Framework, ...others: readonly string[]): readonly string[] {
    const { archive, files } = pack(this.directory);
    this.run("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", archive, ...packages, ...others);
    return files;
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
export function smallStack(prefix: string, subnet: string, framework = "cdktf"): string {
  return `import { App, TerraformStack } from "${framework}";
import { LocalNetwork, LocalServer, MonitoredServer, Monitoring, MonitoringHost, Prometheus } from "${framework}-monitoring";

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
