import { ArtifactRequest } from "../artifacts";
import { shareVariables } from "./common-variables";
import { SecretReference } from "./secret";

/** Values that Terraform, JSON and Ansible all know. Strings may be (or contain) tokens. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** Variables of Ansible by name. */
export type Variables = Readonly<Record<string, Value>>;

/** How Ansible reaches a server. */
export interface HostConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile?: string;
  readonly jumpHost?: string;
  readonly knownHostsFile?: string;
  readonly hostKeys: readonly string[];
  /** The name under which the host's key is known, whatever its address. */
  readonly hostKeyAlias: string;
  /** How long to wait for SSH, in seconds. */
  readonly waitSeconds: number;
}

/** What the roles know of the server they run on. */
export interface HostFacts {
  readonly name: string;
  readonly id: string;
  readonly generation: string;
  readonly address: string;
  /** The address to listen on; empty for all. */
  readonly bind: string;
  readonly architecture: string;
}

/** Where a server stands among the others, which tells by what address each of two sees the other. */
export interface HostLocation {
  /** Its network: servers of one network see each other's private addresses. */
  readonly network: string;
  /** What servers of other networks see. */
  readonly publicAddress?: string;
}

/** A member as the inventory knows it. */
export interface InventoryHost {
  readonly connection: HostConnection;
  /** @default - nobody asks */
  readonly place?: HostLocation;
  readonly facts: HostFacts;
}

/** One run of a playbook: which hosts, with what. */
export interface InventoryRun {
  readonly name: string;
  /** The playbook's file name. */
  readonly playbook: string;
  /** The hash of all files that the run consists of. */
  readonly content: string;
  /** Whether it installs one of our components (and not a playbook of the user). */
  readonly component: boolean;
  /** Whether it installs a component of the user's own, which nobody else knows how to remove. @default false */
  readonly own?: boolean;
  /** Whether what it installs belongs on every server. @default false */
  readonly agent?: boolean;
  readonly artifacts: readonly ArtifactRequest[];
  readonly secrets: readonly SecretReference[];
  /** Variables of every host. */
  readonly variables: Variables;
  /** Variables by host. */
  readonly hosts: ReadonlyMap<string, Variables>;
}

/** All that runs need to know. */
export interface InventoryInput {
  /** The monitoring's name. */
  readonly monitoring: string;
  /** The folder or mirror of archives, where there is one. */
  readonly artifactLocation?: string;
  readonly hosts: readonly InventoryHost[];
  readonly runs: readonly InventoryRun[];
}

/**
 * The Ansible inventory, as a value for a `TerraformLocal`.
 *
 * Each run is a group that holds all that the run consumes but the machines themselves, which stand with their hosts (so
 * that the hash of both can be the run's trigger); how a host is reached is not part of it, for a moved key file is no
 * reason to run anything.
 */
export function renderInventory(input: InventoryInput): Variables {
  return {
    all: {
      vars: { monitoring_name: input.monitoring, monitoring_artifact_location: input.artifactLocation ?? null },
      hosts: Object.fromEntries(input.hosts.map((host) => [host.facts.name, hostVariables(host)])),
      children: Object.fromEntries(
        input.runs.map((run) => {
          const { common, hosts } = shareVariables(run.hosts);
          const group = {
            vars: {
              monitoring_run: {
                playbook: run.playbook,
                content: run.content,
                component: run.component,
                ...(run.own === true ? { own: true } : {}),
                ...(run.agent === true ? { agent: true } : {}),
              },
              monitoring_artifacts: run.artifacts.map((artifact) => ({ ...artifact })),
              monitoring_secrets: run.secrets.map((secret) => ({ ...secret })),
              ...escapeVariables({ ...run.variables, ...common }),
            },
            hosts: Object.fromEntries([...hosts].map(([host, variables]) => [host, escapeVariables(variables)])),
          };
          return [runGroup(run.name), group];
        }),
      ),
    },
  };
}

/** The Ansible group of a run's hosts. No server can be called like that. */
export function runGroup(run: string): string {
  return `run_${run}`;
}

function hostVariables({ connection, facts, place }: InventoryHost): Variables {
  return {
    monitoring_server: { ...facts },
    ansible_host: connection.host,
    ansible_port: connection.port,
    ansible_user: connection.user,
    ...(connection.keyFile === undefined ? {} : { ansible_ssh_private_key_file: connection.keyFile }),
    monitoring_ssh: {
      jump_host: connection.jumpHost ?? null,
      known_hosts_file: connection.knownHostsFile ?? null,
      host_keys: connection.hostKeys,
      alias: connection.hostKeyAlias,
      wait: connection.waitSeconds,
    },
    ...(place === undefined
      ? {}
      : { monitoring_place: { network: place.network, public_address: place.publicAddress ?? null } }),
  };
}

function escapeVariables(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [escapeText(name), escapeTemplates(value)]),
  );
}

/**
 * Makes text inert on its way through Terraform and Ansible: `${` and `%{` would be Terraform's templates (tokens are
 * left alone), `{{`, `{%` and `{#` would be Ansible's.
 */
export function escapeTemplates(value: Value): Value {
  if (typeof value === "string") {
    return /\{[{%#]/.test(value) ? { __ansible_unsafe: escapeText(value) } : escapeText(value);
  }
  if (Array.isArray(value)) return (value as readonly Value[]).map(escapeTemplates);
  if (value !== null && typeof value === "object") return escapeVariables(value as Variables);
  return value;
}

function escapeText(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, () => "$${").replace(/%\{/g, "%%{");
}
