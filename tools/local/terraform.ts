import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { cacheDirectory, projectRoot } from "../cli/project";
import { isAtLeast } from "./version";
import { makeWorkFolder } from "./files";
import { run, type Log } from "../cli/process";
import { UserError } from "../cli/user-error";
import { withLock } from "./lock";
import { writeAtomically } from "../cli/files";
import { build, download, thisPlatform, type GoModule, type Platform } from "./source/go";

/** The oldest Terraform that works: the first with all that the synthesized stacks use. */
const OLDEST = "1.5";

const REGISTRY = "registry.terraform.io";

/** What Terraform needs on this machine to find its providers. */
export interface TerraformSetup {
  /** To be added to the environment of Terraform and of cdktf. */
  readonly environment: Record<string, string>;
}

/** A folder in the layout of a filesystem mirror, and which providers to take from it, such as `hashicorp/aws`. */
export interface Mirror {
  readonly path: string;
  readonly providers: readonly string[];
}

/** A provider as a package of generated bindings names it. */
interface Provider {
  /** Such as `hashicorp/aws`. */
  readonly source: string;
  readonly version: string;
}

/**
 * Checks Terraform, and makes sure that it finds its providers. Where their registry can't be reached, it is pointed
 * to the mirrors on this machine and to one of ours, for which the null provider is built from source. A configuration
 * of the user that says where providers come from is left alone.
 *
 * Throws a {@link UserError} where Terraform is missing or too old, or where the null provider can be had in no way.
 */
export async function ensureTerraform(log: Log): Promise<TerraformSetup> {
  const { version, platform } = await terraform();
  const environment: Record<string, string> = { CHECKPOINT_DISABLE: "1" };
  const reachable = await isRegistryReachable();
  const own = userConfiguration();
  if (own) {
    log(`Terraform ${version}; providers as ${own} says`);
    return { environment };
  }
  if (reachable) {
    log(`Terraform ${version}; providers from ${REGISTRY}`);
    return { environment };
  }
  log(`Terraform ${version}; ${REGISTRY} can't be reached, looking for providers on this machine`);
  environment.TF_CLI_CONFIG_FILE = await configureMirrors(platform, log);
  return { environment };
}

/**
 * The folder of a filesystem mirror on this machine that holds a provider for this machine, or undefined.
 *
 * @param source such as `hashicorp/aws`
 * @param version such as `5.100.0`
 */
export async function findProvider(source: string, version: string): Promise<string | undefined> {
  const platform = await terraform().then((found) => found.platform, thisPlatform);
  const holds = (root: string) => holdsProvider(root, { source, version }, platform);
  // The whole disk only where nothing else helps: it takes seconds.
  return conventionalMirrors().find(holds) ?? (await searchedMirrors()).find(holds);
}

/** A CLI configuration that takes providers from mirrors, and nothing from the public registry. */
export function cliConfiguration(mirrors: readonly Mirror[]): string {
  const quote = (text: string) => JSON.stringify(text);
  const names = (providers: readonly string[]) => providers.map((name) => quote(`${REGISTRY}/${name}`)).join(", ");
  const blocks = mirrors.map(
    ({ path, providers }) => `  filesystem_mirror {
    path    = ${quote(path)}
    include = [${names(providers)}]
  }
`,
  );
  // Without the exclusion, a provider that is nowhere costs a time-out instead of a clear message.
  return `provider_installation {
${blocks.join("")}  direct {
    exclude = ["${REGISTRY}/*/*"]
  }
}
`;
}

/** Whether a CLI configuration says where providers come from. */
export function hasProviderInstallation(text: string): boolean {
  return /^\s*"?provider_installation"?\s*\{/m.test(text);
}

/** Whether a mirror holds a provider, unpacked or as an archive: both layouts that Terraform documents. */
export function holdsProvider(root: string, { source, version }: Provider, platform: Platform): boolean {
  const folder = join(root, REGISTRY, source);
  const target = targetOf(platform);
  const program = `terraform-provider-${basename(source)}`;
  const unpacked = join(folder, version, target);
  return (
    existsSync(join(folder, `${program}_${version}_${target}.zip`)) ||
    (existsSync(unpacked) && readdirSync(unpacked).some((file) => file.startsWith(program)))
  );
}

let foundTerraform: Promise<{ version: string; platform: Platform }> | undefined;

/** Terraform's version and the machine it was made for; looked up once. */
function terraform(): Promise<{ version: string; platform: Platform }> {
  foundTerraform ??= askTerraform();
  return foundTerraform;
}

async function askTerraform(): Promise<{ version: string; platform: Platform }> {
  // The variable by which cdktf is told of another program.
  const program = process.env.TERRAFORM_BINARY_NAME ?? "terraform";
  const how = `install Terraform ${OLDEST} or newer (https://developer.hashicorp.com/terraform/install) and put it on PATH`;
  // An empty configuration: a broken one is not what is asked about.
  const environment = { TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" };
  const said = await run(program, ["version", "-json"], { environment }).catch(() => undefined);
  if (!said) {
    throw new UserError(`no ${program} on this machine: ${how}`);
  }
  const { terraform_version: version = "", platform = "" } = parseObject(said.stdout);
  if (said.code !== 0 || !isAtLeast(version, OLDEST)) {
    throw new UserError(`${program} ${version || "of unknown version"} is too old: ${how}`);
  }
  const [os, architecture] = platform.split("_");
  return { version, platform: os && architecture ? { os, architecture } : thisPlatform() };
}

function parseObject(text: string): Record<string, string | undefined> {
  try {
    return JSON.parse(text) as Record<string, string | undefined>;
  } catch {
    return {};
  }
}

let reachable: Promise<boolean> | undefined;

/** Whether the provider registry answers, asked once, for 5 seconds at most. */
function isRegistryReachable(): Promise<boolean> {
  // Python, for it goes through the proxy that the environment names, as Terraform does and Node doesn't.
  const script =
    "import sys, urllib.request as r; sys.exit(b'providers.v1' not in r.urlopen(sys.argv[1], timeout=5).read())";
  const url = `https://${REGISTRY}/.well-known/terraform.json`;
  reachable ??= run("python3", ["-c", script, url], { timeout: 5 }).then(({ code }) => code === 0);
  return reachable;
}

/** The user's CLI configuration where it says how providers are installed. */
function userConfiguration(): string | undefined {
  const file = variable("TF_CLI_CONFIG_FILE") ?? join(homedir(), ".terraformrc");
  return existsSync(file) && file !== ownConfiguration() && hasProviderInstallation(readFileSync(file, "utf8"))
    ? file
    : undefined;
}

function ownConfiguration(): string {
  return join(cacheDirectory(), "terraform", "cli.tfrc");
}

function ownMirror(): string {
  return join(cacheDirectory(), "terraform", "mirror");
}

async function configureMirrors(platform: Platform, log: Log): Promise<string> {
  const mirrors = new Map<string, string[]>();
  for (const provider of [bindings("null"), bindings("aws")]) {
    const label = `${provider.source} ${provider.version}`;
    let mirror = await findProvider(provider.source, provider.version);
    if (mirror !== undefined && isInstallation(mirror)) {
      mirror = await adopt(mirror, provider, platform, log);
    } else if (mirror === undefined && provider.source === NULL_SOURCE) {
      mirror = await buildNullProvider(provider, platform, log);
    }
    if (mirror === undefined) {
      log(`${label} is not on this machine: a stack that uses it can't be deployed from here`);
    } else {
      log(`${label}: ${mirror}`);
      mirrors.set(mirror, [...(mirrors.get(mirror) ?? []), provider.source]);
    }
  }
  const file = ownConfiguration();
  mkdirSync(dirname(file), { recursive: true });
  writeAtomically(file, cliConfiguration([...mirrors].map(([path, providers]) => ({ path, providers }))));
  return file;
}

/** The provider that the generated bindings of this project are for: the one place that says its version. */
function bindings(name: string): Provider {
  const file = join(projectRoot, "node_modules", "@cdktf", `provider-${name}`, "package.json");
  const { cdktf } = JSON.parse(readFileSync(file, "utf8")) as {
    cdktf: { provider: { name: string; version: string } };
  };
  return { source: cdktf.provider.name.replace(`${REGISTRY}/`, ""), version: cdktf.provider.version };
}

/** Where providers were installed by Terraform for other projects: the user's cache, and the one that cdktf sets. */
function pluginCaches(): string[] {
  const caches = [variable("TF_PLUGIN_CACHE_DIR"), join(homedir(), ".terraform.d", "plugin-cache")];
  return caches.filter((cache) => cache !== undefined).map((cache) => resolve(cache));
}

/**
 * Whether a folder is one that Terraform installs to. It has a mirror's layout, and yet can't be one: Terraform refuses
 * to install a folder "to itself".
 */
function isInstallation(root: string): boolean {
  return pluginCaches().includes(root) || root.endsWith("/.terraform/providers");
}

/** Takes a provider from where Terraform installed it into our mirror; returns the mirror. */
async function adopt(root: string, provider: Provider, platform: Platform, log: Log): Promise<string> {
  await addToMirror(provider, platform, log, (work) => {
    const from = join(root, REGISTRY, provider.source, provider.version, targetOf(platform));
    for (const name of readdirSync(from)) {
      try {
        linkSync(realpathSync(join(from, name)), join(work, name));
      } catch {
        // Another file system, or one without hard links.
        copyFileSync(join(from, name), join(work, name));
      }
    }
    return Promise.resolve();
  });
  return ownMirror();
}

/** Where a mirror is commonly found: named by the environment, ours, and the places that Terraform documents. */
function conventionalMirrors(): string[] {
  const home = homedir();
  const places = [
    variable("CDKTF_MONITORING_PROVIDER_MIRROR"),
    ownMirror(),
    ...configuredMirrors(),
    join(home, ".terraform.d", "plugins"),
    join(variable("XDG_DATA_HOME") ?? join(home, ".local", "share"), "terraform", "plugins"),
    ...(variable("XDG_DATA_DIRS") ?? "/usr/local/share:/usr/share")
      .split(delimiter)
      .map((folder) => join(folder, "terraform", "plugins")),
    join(home, "Library", "Application Support", "io.terraform", "plugins"),
    "/Library/Application Support/io.terraform/plugins",
    ...pluginCaches(),
  ];
  return places.filter((place) => place !== undefined).map((place) => resolve(place));
}

/** A variable of the environment; an empty one counts as unset. */
function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

/** The mirrors that were found the last time: most often they are still there. */
function configuredMirrors(): string[] {
  const file = ownConfiguration();
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return [...text.matchAll(/^ *path *= (".*")$/gm)].map((match) => JSON.parse(match[1] ?? '""') as string);
}

let searched: Promise<string[]> | undefined;

/** Mirrors anywhere on the root file system, not too deep and not for long; looked for once. */
function searchedMirrors(): Promise<string[]> {
  // Its exit status speaks of folders that it may not read.
  searched ??= run("find", ["/", "-xdev", "-maxdepth", "6", "-type", "d", "-name", REGISTRY], { timeout: 20 }).then(
    ({ stdout }) =>
      stdout
        .split("\n")
        .filter((line) => line !== "")
        .map(dirname)
        // What is installed in a project goes with that project: only if there is nothing else.
        .sort((a, b) => Number(isInstallation(a)) - Number(isInstallation(b))),
    () => [],
  );
  return searched;
}

const NULL_SOURCE = "hashicorp/null";

/** The newest state of the null provider on the Go module proxy: protocol 5, and all that we use of it. */
const nullProvider: GoModule = {
  name: "terraform-provider-null",
  module: "github.com/terraform-providers/terraform-provider-null",
  packages: ["."],
  tags: [],
};

/** Builds the null provider into our mirror, under the version that the bindings ask for; returns the mirror. */
async function buildNullProvider(provider: Provider, platform: Platform, log: Log): Promise<string> {
  await addToMirror(provider, platform, log, async (work) => {
    log(`${provider.source} ${provider.version} is not on this machine: building it from source`);
    try {
      const module = await download(nullProvider, log);
      await build(nullProvider, { directory: work, platform, linkerFlags: [] }, log);
      // "x5" is the protocol that it speaks.
      renameSync(join(work, nullProvider.name), join(work, `${nullProvider.name}_v${provider.version}_x5`));
      copyFileSync(join(module.directory, "LICENSE"), join(work, "LICENSE.txt"));
    } catch (error) {
      throw error instanceof UserError ? withWaysOut(error, provider) : error;
    }
  });
  return ownMirror();
}

/** Puts a provider into our mirror in one step, unless it is there; `fill` gets the folder to fill. */
async function addToMirror(
  provider: Provider,
  platform: Platform,
  log: Log,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const home = join(cacheDirectory(), "terraform");
  await withLock(join(home, ".lock"), log, async () => {
    if (holdsProvider(ownMirror(), provider, platform)) {
      return;
    }
    const target = join(ownMirror(), REGISTRY, provider.source, provider.version, targetOf(platform));
    const work = makeWorkFolder(home);
    try {
      await fill(work);
      mkdirSync(dirname(target), { recursive: true });
      rmSync(target, { recursive: true, force: true });
      renameSync(work, target);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/** A platform as Terraform names its folder. */
function targetOf({ os, architecture }: Platform): string {
  return `${os}_${architecture}`;
}

function withWaysOut(error: UserError, { source, version }: Provider): UserError {
  return new UserError(
    `${REGISTRY} can't be reached, ${source} ${version} is in no mirror on this machine, and building it failed: ` +
      `${error.message}\nOr set CDKTF_MONITORING_PROVIDER_MIRROR to a folder made by "terraform providers mirror".`,
  );
}
