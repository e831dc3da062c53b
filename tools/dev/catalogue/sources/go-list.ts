import { tmpdir } from "node:os";
import { run } from "../../../cli/process";
import { UserError } from "../../../cli/user-error";
import { goEnvironment, sourceFolder, type GoModule } from "../../../local/source/go";
import type { GoPackage } from "./go-program";

const FIELDS = "ImportPath,Name,Dir,GoFiles,Imports,Standard";
/** The platform of most servers. Promtail reads the journal with C code. */
const PLATFORM = { GOOS: "linux", GOARCH: "amd64", CGO_ENABLED: "1" };

/** Where the sources of a program are. */
export interface SourceLocation {
  /** Version of the program. @default - the version that source builds have */
  readonly version?: string;
  /** Folder of the module. @default - the Go module proxy */
  readonly folder?: string;
}

/**
 * Lists the packages of a program, dependencies included. Downloads their sources into Go's module cache.
 *
 * @throws UserError if Go is missing or the module proxy lacks the version
 */
export async function goPackages(module: GoModule, { version, folder }: SourceLocation): Promise<GoPackage[]> {
  const cwd = folder ?? (await moduleFolder(module, version));
  const packages = module.packages.map((name) => (name === "." ? module.module : `${module.module}/${name}`));
  const settings = ["-mod=readonly", "-tags", module.tags.join(",")];
  // With -e, go also lists packages with missing parts, such as the built web UI that Alertmanager embeds.
  const args = ["list", "-e", "-deps", ...settings, `-json=${FIELDS}`, ...packages];
  const options = { cwd, environment: { ...goEnvironment, ...PLATFORM }, quiet: true };
  const { code, stdout, stderr } = await run("go", args, options);
  if (code !== 0) throw new UserError(`cannot list the packages of ${module.name} ${version ?? ""}: ${stderr.trim()}`);
  return JSON.parse(`[${stdout.replaceAll("\n}\n{", "\n},\n{")}]`) as GoPackage[];
}

/** The version of the Go module of a program. Prometheus 3.15.0 is v0.315.0. */
export function goVersion(module: string, version: string): string {
  const [major = "", minor = "", patch = ""] = version.split(".");
  const isPrometheus = module === "github.com/prometheus/prometheus";
  return isPrometheus ? `v0.${major}${minor.padStart(2, "0")}.${patch}` : `v${version}`;
}

async function moduleFolder(module: GoModule, version: string | undefined): Promise<string> {
  return version === undefined ? sourceFolder(module) : downloaded(module, goVersion(module.module, version));
}

async function downloaded(module: GoModule, version: string): Promise<string> {
  const args = ["mod", "download", "-json", `${module.module}@${version}`];
  const { stdout, stderr } = await run("go", args, { cwd: tmpdir(), environment: goEnvironment, quiet: true }).catch(
    () => {
      throw new UserError(`cannot read the sources of ${module.name} ${version}: install Go`);
    },
  );
  const { Dir: directory, Error: reason } = (stdout ? JSON.parse(stdout) : {}) as Record<string, string | undefined>;
  if (!directory)
    throw new UserError(`the Go module proxy lacks ${module.module} ${version}: ${reason ?? stderr.trim()}`);
  return directory;
}
