import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { isWritable, variable } from "../cli/environment";
import { writeAtomically } from "../cli/files";
import { run, type Log } from "../cli/process";
import { cacheFolder, projectRoot } from "../cli/project";
import { terraformName } from "../cli/terraform-name";
import { adoptProvider, buildNullProvider, NULL_SOURCE } from "./terraform/cache-mirror";
import {
  cacheConfiguration,
  findProvider,
  isCacheConfiguration,
  isInstallation,
  type Provider,
} from "./terraform/mirrors";
import { TERRAFORM, terraformProgram, type TerraformProduct, type TerraformProgram } from "./terraform/program";

/** The settings with which Terraform or OpenTofu finds its providers on this machine. */
export interface TerraformSetup {
  /** Environment variables for Terraform and cdktf. */
  readonly environment: Record<string, string>;
}

/** A filesystem mirror, and the providers to take from it, such as `hashicorp/aws`. */
export interface Mirror {
  readonly path: string;
  readonly providers: readonly string[];
}

/**
 * Checks Terraform or OpenTofu, and configures its providers. If their registry is unreachable, the configuration uses filesystem
 * mirrors on this machine and a mirror in the cache, for which the null provider is built from source if necessary. If the
 * user's own CLI configuration already configures the installation of providers, that configuration applies instead.
 *
 * @param others providers that stacks need in addition to those of this project's bindings
 * @throws UserError if the program is missing or too old, or if the null provider is unavailable
 */
export async function ensureTerraform(log: Log, others: readonly Provider[] = []): Promise<TerraformSetup> {
  const program = await terraformProgram();
  const { registry } = program.product;
  const name = `${program.product.name} ${program.version}`;
  const environment: Record<string, string> = { CHECKPOINT_DISABLE: "1", ...pluginCache() };
  // For cdktf and for the file .cdktf-monitoring/env, because the settings are those of this program.
  if (terraformName() !== TERRAFORM.program) environment.TERRAFORM_BINARY_NAME = terraformName();
  const reachable = await isReachable(registry);
  const configuration = userConfiguration(program.product);
  if (configuration) {
    log(`${name}; providers as configured in ${configuration}`);
    return { environment };
  }
  if (reachable) {
    log(`${name}; providers from ${registry}`);
    return { environment };
  }
  log(`${name}; ${registry} is unreachable, searching for providers on this machine`);
  environment.TF_CLI_CONFIG_FILE = await configureMirrors(program, others, log);
  return { environment };
}

/** The variable with the plugin cache, if cdktf cannot create its default one in the home folder. */
function pluginCache(): Record<string, string> {
  if (variable("TF_PLUGIN_CACHE_DIR") !== undefined) return {};
  const folder = join(homedir(), ".terraform.d", "plugin-cache");
  try {
    mkdirSync(folder, { recursive: true });
    if (isWritable(folder)) return {};
  } catch {
    // The home folder is read-only.
  }
  return { TF_PLUGIN_CACHE_DIR: cacheFolder(join("terraform", "plugins")) };
}

/** A CLI configuration that takes providers from mirrors and none from the public registry. */
export function cliConfiguration(mirrors: readonly Mirror[], registry: string): string {
  const quote = (text: string) => JSON.stringify(text);
  const names = (providers: readonly string[]) => providers.map((name) => quote(`${registry}/${name}`)).join(", ");
  const blocks = mirrors.map(
    ({ path, providers }) => `  filesystem_mirror {
    path    = ${quote(path)}
    include = [${names(providers)}]
  }
`,
  );
  // Without the exclusion, a missing provider causes a timeout instead of a clear message.
  return `provider_installation {
${blocks.join("")}  direct {
    exclude = ["${registry}/*/*"]
  }
}
`;
}

/** Whether a CLI configuration configures the installation of providers. */
export function hasProviderInstallation(text: string): boolean {
  return /^\s*"?provider_installation"?\s*\{/m.test(text);
}

let reachable: Promise<boolean> | undefined;

/** Whether the provider registry answers within 5 seconds. Checked once. */
function isReachable(registry: string): Promise<boolean> {
  // Python uses the proxy of the environment, as Terraform does. Node.js ignores it.
  const script =
    "import sys, urllib.request as r; sys.exit(b'providers.v1' not in r.urlopen(sys.argv[1], timeout=5).read())";
  const url = `https://${registry}/.well-known/terraform.json`;
  reachable ??= run("python3", ["-c", script, url], { timeout: 5 }).then(({ code }) => code === 0);
  return reachable;
}

/** The CLI configuration of the user, if it configures the installation of providers. */
function userConfiguration({ userFiles }: TerraformProduct): string | undefined {
  const candidates = userFiles.map((name) => resolve(homedir(), name));
  const file = variable("TF_CLI_CONFIG_FILE") ?? candidates.find((candidate) => existsSync(candidate));
  if (file === undefined || !existsSync(file) || isCacheConfiguration(file)) return undefined;
  return hasProviderInstallation(readFileSync(file, "utf8")) ? file : undefined;
}

async function configureMirrors(program: TerraformProgram, others: readonly Provider[], log: Log): Promise<string> {
  const { registry } = program.product;
  const mirrors = new Map<string, Set<string>>();
  const own = ["null", "aws"].map((name) =>
    providerOf(join(projectRoot, "node_modules", "@cdktf", `provider-${name}`)),
  );
  for (const provider of [...own, ...others]) {
    const label = `${provider.source} ${provider.version}`;
    const found = await findProvider(provider, program);
    let mirror = found?.root;
    if (found !== undefined && (found.registry !== registry || isInstallation(found.root))) {
      mirror = await adoptProvider(found, provider, program, log);
    } else if (found === undefined && provider.source === NULL_SOURCE) {
      mirror = await buildNullProvider(provider, program, log);
    }
    if (mirror === undefined) {
      log(`${label} is not on this machine: stacks that use it cannot be deployed`);
    } else {
      log(`${label}: ${mirror}`);
      mirrors.set(mirror, (mirrors.get(mirror) ?? new Set()).add(provider.source));
    }
  }
  cacheFolder("terraform");
  // The configuration with further providers is another file, because other processes may use the common one now.
  const suffix = others.map(({ source, version }) => `-${basename(source)}-${version}`).join("");
  const file = cacheConfiguration(program.product, suffix);
  const all = [...mirrors].map(([path, providers]) => ({ path, providers: [...providers] }));
  writeAtomically(file, cliConfiguration(all, registry));
  return file;
}

/**
 * The provider of a package with generated bindings. The package is the only place that contains its version.
 *
 * @param folder folder of the package
 */
export function providerOf(folder: string): Provider {
  const { cdktf } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    cdktf: { provider: { name: string; version: string } };
  };
  return { source: cdktf.provider.name.replace(`${TERRAFORM.registry}/`, ""), version: cdktf.provider.version };
}
