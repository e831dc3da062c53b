import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { run } from "../../cli/process";
import { cacheDirectory } from "../../cli/project";
import { thisPlatform, type Platform } from "../source/go";
import { terraformProgram } from "./program";

export const REGISTRY = "registry.terraform.io";

/** A provider as the package of its generated bindings names it. */
export interface Provider {
  /** Such as `hashicorp/aws`. */
  readonly source: string;
  readonly version: string;
}

/** The CLI configuration in the cache. */
export function cacheConfiguration(): string {
  return join(cacheDirectory(), "terraform", "cli.tfrc");
}

/** The filesystem mirror in the cache. */
export function cacheMirror(): string {
  return join(cacheDirectory(), "terraform", "mirror");
}

/**
 * Finds a filesystem mirror on this machine that contains a provider for this machine.
 *
 * @param source such as `hashicorp/aws`
 * @param version such as `5.100.0`
 * @returns the folder of the mirror, or undefined
 */
export async function findProvider(source: string, version: string): Promise<string | undefined> {
  const platform = await terraformProgram().then((found) => found.platform, thisPlatform);
  const contains = (root: string) => holdsProvider(root, { source, version }, platform);
  // The search of the disk takes seconds, so it comes last.
  return conventionalMirrors().find(contains) ?? (await searchedMirrors()).find(contains);
}

/** Whether a mirror contains a provider, in one of the two layouts of Terraform: extracted or as an archive. */
export function holdsProvider(root: string, { source, version }: Provider, platform: Platform): boolean {
  const folder = join(root, REGISTRY, source);
  const target = platformFolder(platform);
  const program = `terraform-provider-${basename(source)}`;
  const unpacked = join(folder, version, target);
  return (
    existsSync(join(folder, `${program}_${version}_${target}.zip`)) ||
    (existsSync(unpacked) && readdirSync(unpacked).some((file) => file.startsWith(program)))
  );
}

/**
 * Whether Terraform installs providers into a folder. Such a folder has the layout of a mirror but cannot be used as one,
 * because Terraform refuses to install a folder "to itself".
 */
export function isInstallation(root: string): boolean {
  return pluginCaches().includes(root) || root.endsWith("/.terraform/providers");
}

/** The folder name of a platform in a mirror. */
export function platformFolder({ os, architecture }: Platform): string {
  return `${os}_${architecture}`;
}

/** An environment variable. An empty one counts as unset. */
export function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

/** The plugin caches of Terraform: the user's cache, and the one that cdktf configures. */
function pluginCaches(): string[] {
  const caches = [variable("TF_PLUGIN_CACHE_DIR"), join(homedir(), ".terraform.d", "plugin-cache")];
  return caches.filter((cache) => cache !== undefined).map((cache) => resolve(cache));
}

/** The usual mirrors: the folder that the environment names, the mirror in the cache, and the folders that Terraform documents. */
function conventionalMirrors(): string[] {
  const home = homedir();
  const folders = [
    variable("CDKTF_MONITORING_PROVIDER_MIRROR"),
    cacheMirror(),
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
  return folders.filter((folder) => folder !== undefined).map((folder) => resolve(folder));
}

/** The mirrors of the last call, which usually still exist. */
function configuredMirrors(): string[] {
  const file = cacheConfiguration();
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return [...text.matchAll(/^ *path *= (".*")$/gm)].map((match) => JSON.parse(match[1] ?? '""') as string);
}

let searched: Promise<string[]> | undefined;

/** Mirrors on the root file system, down to a limited depth. Searched once, for 20 seconds at most. */
function searchedMirrors(): Promise<string[]> {
  // The exit status is ignored, because find may not read all folders.
  searched ??= run("find", ["/", "-xdev", "-maxdepth", "6", "-type", "d", "-name", REGISTRY], { timeout: 20 }).then(
    ({ stdout }) =>
      stdout
        .split("\n")
        .filter((line) => line !== "")
        .map(dirname)
        // Installations last, because they disappear together with their projects.
        .sort((a, b) => Number(isInstallation(a)) - Number(isInstallation(b))),
    () => [],
  );
  return searched;
}
