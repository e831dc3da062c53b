import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { variable } from "../../cli/environment";
import { run } from "../../cli/process";
import { cacheDirectory } from "../../cli/project";
import { type Platform } from "../source/go";
import { PRODUCTS, TERRAFORM, type TerraformProduct, type TerraformProgram } from "./program";

/** A provider as the package of its generated bindings names it. */
export interface Provider {
  /** Such as `hashicorp/aws`. */
  readonly source: string;
  readonly version: string;
}

/** The place of a provider on this machine. */
export interface Place {
  /** Folder of the filesystem mirror. */
  readonly root: string;
  /** Registry under whose name the mirror contains the provider. */
  readonly registry: string;
}

/** A product's CLI configuration in the cache. The suffix distinguishes configurations with further providers. */
export function cacheConfiguration({ configuration }: TerraformProduct, suffix = ""): string {
  return join(cacheDirectory(), "terraform", `${configuration}${suffix}.tfrc`);
}

/** Whether a CLI configuration is one in the cache. */
export function isCacheConfiguration(file: string): boolean {
  return dirname(file) === join(cacheDirectory(), "terraform");
}

/** The filesystem mirror in the cache. */
export function cacheMirror(): string {
  return join(cacheDirectory(), "terraform", "mirror");
}

/**
 * Finds a filesystem mirror on this machine that contains a provider for this machine. For OpenTofu, mirrors of its own registry
 * come first, then those of Terraform's, whose providers are the same programs.
 */
export async function findProvider(
  provider: Provider,
  { product, platform }: TerraformProgram,
): Promise<Place | undefined> {
  const findIn = (roots: readonly string[]): Place | undefined =>
    [...new Set([product.registry, TERRAFORM.registry])]
      .flatMap((registry) => roots.map((root) => ({ root, registry })))
      .find((place) => holdsProvider(place, provider, platform));
  // The search of the disk takes seconds, so it comes last.
  return findIn(conventionalMirrors()) ?? findIn(await searchedMirrors());
}

/** Whether a mirror contains a provider, in one of the two layouts of Terraform: extracted or as an archive. */
export function holdsProvider(place: Place, provider: Provider, platform: Platform): boolean {
  const folder = unpackedPath(place, provider, platform);
  return (
    existsSync(packedPath(place, provider, platform)) ||
    (existsSync(folder) && readdirSync(folder).some((file) => file.startsWith(programOf(provider))))
  );
}

/** The folder of an extracted provider in a mirror. */
export function unpackedPath({ root, registry }: Place, { source, version }: Provider, platform: Platform): string {
  return join(root, registry, source, version, platformName(platform));
}

/** The archive of a provider in a mirror. */
export function packedPath({ root, registry }: Place, provider: Provider, platform: Platform): string {
  const file = `${programOf(provider)}_${provider.version}_${platformName(platform)}.zip`;
  return join(root, registry, provider.source, file);
}

function programOf({ source }: Provider): string {
  return `terraform-provider-${basename(source)}`;
}

/**
 * Whether Terraform installs providers into a folder. Such a folder has the layout of a mirror but cannot be used as one,
 * because Terraform refuses to install a folder "to itself".
 */
export function isInstallation(root: string): boolean {
  return pluginCaches().includes(root) || root.endsWith("/.terraform/providers");
}

/** The name of a platform in a mirror. */
function platformName({ os, architecture }: Platform): string {
  return `${os}_${architecture}`;
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

/** The mirrors of the last call for each product, which usually still exist. */
function configuredMirrors(): string[] {
  return PRODUCTS.map((product) => cacheConfiguration(product))
    .filter((file) => existsSync(file))
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(/^ *path *= (".*")$/gm)])
    .map((match) => JSON.parse(match[1] ?? '""') as string);
}

let searched: Promise<string[]> | undefined;

/** Mirrors on the root file system, down to a limited depth. Searched once, for 20 seconds at most. */
function searchedMirrors(): Promise<string[]> {
  // The exit status is ignored, because find may not read all folders.
  const names = PRODUCTS.flatMap(({ registry }) => ["-o", "-name", registry]).slice(1);
  searched ??= run("find", ["/", "-xdev", "-maxdepth", "6", "-type", "d", "(", ...names, ")"], { timeout: 20 }).then(
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
