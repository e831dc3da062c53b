import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAtLeast } from "../version";
import { projectRoot } from "../../cli/project";
import { run, type Log } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { requireLibrary, type SystemLibrary } from "./system-library";

/** A program, or several, of one Go module, built from a module of ours that pins it and all that it needs. */
export interface GoModule {
  /** Its name in messages, and its folder in `tools/local/source`. */
  readonly name: string;
  /** The module that holds the programs. */
  readonly module: string;
  /** Packages of the programs, relative to the module; `.` is the module itself. */
  readonly packages: readonly string[];
  readonly tags: readonly string[];
  /** The package, relative to the module, in which `wire` writes code that the module does not hold. */
  readonly wire?: string;
  /** Whether C is part of it: it then needs a C compiler, and is linked so that it runs with any C library, or none. */
  readonly cgo?: boolean;
  /** What it is compiled with, and loads when it runs. It is linked with the system's C library then. */
  readonly library?: SystemLibrary;
}

/** For which machine a program is built, in Go's words. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/** A module as Go has it on this machine. */
export interface DownloadedModule {
  /** The folder of its files. */
  readonly directory: string;
  /** Such as `v0.315.0`. */
  readonly version: string;
  /** When that version was made. */
  readonly time: Date;
}

/** This machine: `amd64` or `arm64`, and `linux`, `darwin` … */
export function thisPlatform(): Platform {
  return { os: process.platform, architecture: process.arch === "x64" ? "amd64" : process.arch };
}

const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false"];

/** What decides what is built: our module files, the steps, the platform. Not the version of Go. */
export function buildKey(module: GoModule, platform: Platform): string {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) {
    hash.update(readFileSync(join(sourceFolder(module), file)));
  }
  return hash.update(JSON.stringify([module, flags, platform])).digest("hex");
}

/** The folder of ours that pins a module. */
export function sourceFolder(module: GoModule): string {
  return join(projectRoot, "tools", "local", "source", module.name);
}

/** Fetches a module, and what Go says about it. */
export async function download(module: GoModule, log: Log): Promise<DownloadedModule> {
  await requireGo(module);
  log(`${module.name}: fetching ${module.module}`);
  const options = { cwd: sourceFolder(module), environment: goEnvironment, quiet: true };
  const { code, stdout, stderr } = await run("go", ["mod", "download", "-json", module.module], options);
  const said = (code === 0 || stdout.startsWith("{") ? JSON.parse(stdout) : {}) as Record<string, string | undefined>;
  const { Dir: directory, Version: version, Info: info } = said;
  if (code !== 0 || !directory || !version || !info) {
    throw new UserError(`${module.module} can't be fetched as a Go module: ${said.Error ?? stderr.trim()}`);
  }
  const { Time: time } = JSON.parse(readFileSync(info, "utf8")) as { Time: string };
  return { directory, version, time: new Date(time) };
}

/** What a build makes, and where. */
export interface Target {
  /** The folder of the programs. */
  readonly directory: string;
  readonly platform: Platform;
  readonly linkerFlags: readonly string[];
  /** The folder of the `go.mod` that counts. @default - the one of ours that pins the module */
  readonly workspace?: string;
}

/** Builds a module's programs into a folder, each named after its package. */
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
    // Programs run on other machines than the one that builds them: none of its special instructions.
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
    log(`${module.name}: ${compiled} packages compiled since the start, of ${total} at most, ${seconds()}`);
  }, 15_000);
  try {
    const linker = ["-s", "-w", ...(module.cgo ? ["-extldflags=-static"] : []), ...target.linkerFlags].join(" ");
    const args = ["build", "-v", ...settings, "-ldflags", linker, "-o", `${target.directory}/`, ...packages];
    const count = (line: string) => (compiled += line.startsWith("go: ") ? 0 : 1);
    const { code, stderr } = await run("go", args, { ...options, log: count });
    if (code !== 0) {
      const end = stderr.trimEnd().split("\n").slice(-15).join("\n");
      throw new UserError(
        `${module.name} can't be built from source: go build ended with ${code ?? "a signal"}:\n${end}`,
      );
    }
  } finally {
    clearInterval(ticker);
  }
  log(`${module.name}: built in ${seconds()}`);
}

// What was checked is what builds: no other toolchain fetched, no workspace around ours.
export const goEnvironment = { GOTOOLCHAIN: "local", GOWORK: "off" };

/** Throws a {@link UserError} unless Go is there and new enough for a module's `go.mod`. */
async function requireGo(module: GoModule): Promise<void> {
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(sourceFolder(module), "go.mod"), "utf8"))?.[1] ?? "1";
  const how = `install Go ${wanted} or newer (https://go.dev/dl, or your system's package "golang") and put it on PATH`;
  const why = `${module.name} is to be built from source`;
  // Elsewhere, for an old Go refuses to say its version beside a go.mod that wants a newer one.
  const options = { cwd: tmpdir(), environment: goEnvironment };
  const found = await run("go", ["env", "GOVERSION"], options).catch(() => undefined);
  if (!found) {
    throw new UserError(`no Go on this machine, and ${why}: ${how}`);
  }
  const version = found.stdout.trim();
  if (!isAtLeast(version, wanted)) {
    throw new UserError(`${version || "this Go"} is too old, and ${why}: ${how}`);
  }
}

/** Throws a {@link UserError} unless there is a C compiler that makes programs for the platform. */
async function requireC(module: GoModule, platform: Platform): Promise<void> {
  if (platform.os !== thisPlatform().os) {
    throw new UserError(
      `${module.name} holds C, and can be built from source on ${platform.os} only: use its released archive`,
    );
  }
  const named = await run("go", ["env", "CC"], { environment: goEnvironment });
  const [compiler = "gcc"] = named.stdout.trim().split(/\s+/);
  const found = await run(compiler, ["--version"]).catch(() => undefined);
  if (found?.code !== 0) {
    throw new UserError(
      `no C compiler (${compiler}) on this machine, and ${module.name} is to be built from source: install it (Debian: apt-get install gcc libc6-dev)`,
    );
  }
}
