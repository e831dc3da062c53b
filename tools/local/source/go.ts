import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAtLeast } from "../version";
import { projectRoot } from "../../cli/project";
import { run, type Log } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { requireLibrary, type SystemLibrary } from "./system-library";

/** Programs of a Go module. A module in `tools/local/source` pins the Go module and its dependencies. */
export interface GoModule {
  /** Name in messages, and of the folder in `tools/local/source`. */
  readonly name: string;
  /** Path of the Go module. */
  readonly module: string;
  /** Packages of the programs, relative to the module. `.` is the module itself. */
  readonly packages: readonly string[];
  readonly tags: readonly string[];
  /** Package, relative to the module, in which `wire` generates missing code. @default - no code is generated */
  readonly wire?: string;
  /** Whether the module contains C code. It then needs a C compiler and is linked statically. @default false */
  readonly cgo?: boolean;
  /** Shared library that the programs need. They are then linked with the system's C library. @default - none */
  readonly library?: SystemLibrary;
}

/** A platform that programs are built for, in Go's notation. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/** A module in Go's module cache. */
export interface DownloadedModule {
  /** Folder of its files. */
  readonly directory: string;
  /** Such as `v0.315.0`. */
  readonly version: string;
  /** Time of that version. */
  readonly time: Date;
}

/** The platform of this machine, such as `linux` and `amd64`. */
export function thisPlatform(): Platform {
  return { os: process.platform, architecture: process.arch === "x64" ? "amd64" : process.arch };
}

const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false"];

/** A digest of the inputs of a build: module files, build options and platform, but not the version of Go. */
export function buildKey(module: GoModule, platform: Platform): string {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) {
    hash.update(readFileSync(join(sourceFolder(module), file)));
  }
  return hash.update(JSON.stringify([module, flags, platform])).digest("hex");
}

/** The folder with the `go.mod` that pins a module. */
export function sourceFolder(module: GoModule): string {
  return join(projectRoot, "tools", "local", "source", module.name);
}

/**
 * Downloads a module into Go's module cache.
 *
 * @throws UserError if Go is missing or too old, or if the download fails
 */
export async function download(module: GoModule, log: Log): Promise<DownloadedModule> {
  await requireGo(module);
  log(`${module.name}: downloading ${module.module}`);
  const options = { cwd: sourceFolder(module), environment: goEnvironment, quiet: true };
  const { code, stdout, stderr } = await run("go", ["mod", "download", "-json", module.module], options);
  const answer = (code === 0 || stdout.startsWith("{") ? JSON.parse(stdout) : {}) as Record<string, string | undefined>;
  const { Dir: directory, Version: version, Info: info } = answer;
  if (code !== 0 || !directory || !version || !info) {
    throw new UserError(`cannot download the Go module ${module.module}: ${answer.Error ?? stderr.trim()}`);
  }
  const { Time: time } = JSON.parse(readFileSync(info, "utf8")) as { Time: string };
  return { directory, version, time: new Date(time) };
}

/** The target of a build. */
export interface Target {
  /** Folder for the programs. */
  readonly directory: string;
  readonly platform: Platform;
  readonly linkerFlags: readonly string[];
  /** Folder of the `go.mod` to build with. @default - the folder that pins the module */
  readonly workspace?: string;
}

/**
 * Builds the programs of a module. Each is named after its package.
 *
 * @throws UserError if a tool is missing or the build fails
 */
export async function build(module: GoModule, target: Target, log: Log): Promise<void> {
  await requireGo(module);
  const withC = module.cgo === true || module.library !== undefined;
  if (withC) {
    await requireC(module, target.platform);
  }
  if (module.library) {
    await requireLibrary(module.name, module.library, log);
  }
  const packages = module.packages.map((name) => (name === "." ? module.module : `${module.module}/${name}`));
  const environment = {
    ...goEnvironment,
    CGO_ENABLED: withC ? "1" : "0",
    GOOS: target.platform.os,
    GOARCH: target.platform.architecture,
    // No CPU-specific instructions, because the programs run on other machines.
    GOAMD64: "v1",
    GOARM64: "v8.0",
  };
  const options = { cwd: target.workspace ?? sourceFolder(module), environment };
  const settings = [...flags, ...(module.tags.length > 0 ? ["-tags", module.tags.join(",")] : [])];

  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  log(`${module.name}: building ${packages.join(", ")} for ${target.platform.os}/${target.platform.architecture}`);
  const listed = await run("go", ["list", ...settings, "-deps", ...packages], { ...options, quiet: true });
  const total = listed.stdout.split("\n").length - 1;
  let compiled = 0;
  const ticker = setInterval(() => {
    log(`${module.name}: compiled ${compiled} of at most ${total} packages in ${seconds()}`);
  }, 15_000);
  try {
    const linker = ["-s", "-w", ...(module.cgo ? ["-extldflags=-static"] : []), ...target.linkerFlags].join(" ");
    const args = ["build", "-v", ...settings, "-ldflags", linker, "-o", `${target.directory}/`, ...packages];
    const count = (line: string) => (compiled += line.startsWith("go: ") ? 0 : 1);
    const { code, stderr } = await run("go", args, { ...options, log: count });
    if (code !== 0) {
      throw goFailure(module, "build", code, stderr);
    }
  } finally {
    clearInterval(ticker);
  }
  log(`${module.name}: built in ${seconds()}`);
}

// Builds with the installed toolchain, and ignores workspaces in parent folders.
export const goEnvironment = { GOTOOLCHAIN: "local", GOWORK: "off" };

/** The error for a failed `go` command, with the end of its output. */
export function goFailure(module: GoModule, command: string, code: number | null, stderr: string): UserError {
  const end = stderr.trimEnd().split("\n").slice(-15).join("\n");
  return new UserError(
    `cannot build ${module.name} from source: go ${command} exited with ${code ?? "a signal"}:\n${end}`,
  );
}

/** Throws a {@link UserError} unless Go is installed and new enough for the `go.mod` of a module. */
async function requireGo(module: GoModule): Promise<void> {
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(sourceFolder(module), "go.mod"), "utf8"))?.[1] ?? "1";
  const remedy = `install Go ${wanted} or later (https://go.dev/dl, or the package "golang" of your system) and put it on PATH`;
  // In another folder, because an old Go does not print its version next to a go.mod that needs a newer one.
  const options = { cwd: tmpdir(), environment: goEnvironment };
  const found = await run("go", ["env", "GOVERSION"], options).catch(() => undefined);
  if (!found) {
    throw new UserError(`Go is missing, which the source build of ${module.name} needs: ${remedy}`);
  }
  const version = found.stdout.trim();
  if (!isAtLeast(version, wanted)) {
    throw new UserError(`${version || "Go"} is too old for the source build of ${module.name}: ${remedy}`);
  }
}

/** Throws a {@link UserError} unless a C compiler for the platform is installed. */
async function requireC(module: GoModule, platform: Platform): Promise<void> {
  if (platform.os !== thisPlatform().os) {
    throw new UserError(
      `${module.name} contains C code and can be built from source only on ${platform.os}: use its release archive`,
    );
  }
  const named = await run("go", ["env", "CC"], { environment: goEnvironment });
  const [compiler = "gcc"] = named.stdout.trim().split(/\s+/);
  const found = await run(compiler, ["--version"]).catch(() => undefined);
  if (found?.code !== 0) {
    throw new UserError(
      `the C compiler ${compiler} is missing, which the source build of ${module.name} needs: install it (Debian: apt-get install gcc libc6-dev)`,
    );
  }
}
