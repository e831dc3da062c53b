import { ArtifactRequest } from "../artifacts";
import { contract } from "../contract";
import { shareVariables } from "./common-variables";
import { literalVariables } from "../templates";
import { SecretReference } from "./secret";
import { Variables } from "./variables";

/** SSH connection of Ansible to a server. */
export interface HostConnection {
  /** Host name or IP address. */
  readonly host: string;
  /** SSH port. */
  readonly port: number;
  /** User who is root, or who can use sudo. */
  readonly user: string;
  /** Password that sudo asks the user for. */
  readonly sudoPassword?: SecretReference;
  /** Private key file on the controller. */
  readonly keyFile?: string;
  /** Jump host, as `user@host:port`. */
  readonly jumpHost?: string;
  /** File on the controller with the host keys. */
  readonly knownHostsFile?: string;
  /** Public host keys of the server. */
  readonly hostKeys: readonly string[];
  /** Name under which SSH stores the host key, independent of the address. */
  readonly hostKeyAlias: string;
  /** Maximum time to wait for SSH, in seconds. */
  readonly waitSeconds: number;
}

/** Facts about a server that its roles use. */
export interface HostFacts {
  /** Name of the server. */
  readonly name: string;
  /** Id that changes if the server is another machine. */
  readonly id: string;
  /** Value that changes if the machine was reinstalled. */
  readonly generation: string;
  /** Address in the server's network. */
  readonly address: string;
  /** Address on which services listen; empty for all addresses. */
  readonly bind: string;
  /** CPU architecture: `amd64` or `arm64`. */
  readonly architecture: string;
}

/** Network location of a server. It decides by which address two servers reach each other. */
export interface HostLocation {
  /** Network of the server. Servers of one network use each other's private addresses. */
  readonly network: string;
  /** Address that servers of other networks use. */
  readonly publicAddress?: string;
  /** Address of the other family. */
  readonly secondAddress?: string;
}

/** Entry of a member in the inventory. */
export interface InventoryHost {
  /** SSH connection of Ansible to the server. */
  readonly connection: HostConnection;
  /**
   * Network location of the server.
   *
   * @default - not in the inventory
   */
  readonly location?: HostLocation;
  /** Facts that the roles use. */
  readonly facts: HostFacts;
  /**
   * Whether the components are uninstalled when the server leaves, although the server still exists.
   *
   * @default false
   */
  readonly uninstallOnLeave?: boolean;
}

/** Entry of a run in the inventory: a playbook, its hosts and their variables. */
export interface InventoryRun {
  /** Name of the run. */
  readonly name: string;
  /** File name of the playbook. */
  readonly playbook: string;
  /** Hash of all files of the run. */
  readonly content: string;
  /** Whether the run installs a component with a built-in playbook. */
  readonly component: boolean;
  /**
   * Whether the run installs a user-provided component. The cleanup cannot uninstall it.
   *
   * @default false
   */
  readonly userProvided?: boolean;
  /**
   * Whether the component is an agent, which may run on any member.
   *
   * @default false
   */
  readonly agent?: boolean;
  /** Files that the run installs. */
  readonly artifacts: readonly ArtifactRequest[];
  /** Secrets that the run reads on the controller. */
  readonly secrets: readonly SecretReference[];
  /** Variables that apply to all hosts. */
  readonly variables: Variables;
  /** Variables of each host, by its name. */
  readonly hosts: ReadonlyMap<string, Variables>;
}

/** A monitoring as the owner of its servers. */
export interface Owner {
  /** Id in the state of Terraform. */
  readonly id: string;
  /** Path of the `Monitoring`. */
  readonly name: string;
  /**
   * Paths of the other monitorings of the app.
   *
   * @default - none
   */
  readonly others?: readonly string[];
}

/** Input of the inventory. */
export interface InventoryInput {
  /** Name of the `Monitoring`. */
  readonly monitoring: string;
  /**
   * The owner of the servers.
   *
   * @default - the servers have no owner
   */
  readonly owner?: Owner;
  /** Folder or mirror of release archives; undefined for the upstream releases. */
  readonly artifactLocation?: string;
  readonly hosts: readonly InventoryHost[];
  readonly runs: readonly InventoryRun[];
}

/**
 * Returns the Ansible inventory. No text in it is a template for Ansible.
 *
 * Each run is a group with everything that the run consumes, except the facts of its hosts. The hash of the group and of
 * these facts triggers the run. The SSH connection is not part of either, because a moved key file is no reason to run
 * a playbook.
 */
export function renderInventory(input: InventoryInput): Variables {
  return literalVariables({
    all: {
      vars: {
        monitoring_name: input.monitoring,
        monitoring_artifact_location: input.artifactLocation ?? null,
        ...(input.owner === undefined ? {} : { monitoring_owner: { ...input.owner } }),
      },
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
                ...(run.userProvided === true ? { own: true } : {}),
                ...(run.agent === true ? { agent: true } : {}),
              },
              monitoring_artifacts: run.artifacts.map((artifact) => ({ ...artifact })),
              monitoring_secrets: run.secrets.map((secret) => ({ ...secret })),
              ...run.variables,
              ...common,
            },
            hosts: Object.fromEntries(hosts),
          };
          return [runGroup(run.name), group];
        }),
      ),
    },
  });
}

/** Returns the Ansible group of a run. The underscore in the prefix prevents a conflict with the name of a server. */
export function runGroup(run: string): string {
  return `${contract.runs.groupPrefix}${run}`;
}

/** Returns where the controller finds a secret. */
function sourceOf({ environment, file }: SecretReference): Variables {
  return environment === undefined ? { file: file ?? "" } : { environment };
}

function hostVariables({ connection, facts, location, uninstallOnLeave }: InventoryHost): Variables {
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
      ...(connection.sudoPassword === undefined ? {} : { sudo_password: sourceOf(connection.sudoPassword) }),
    },
    ...(location === undefined
      ? {}
      : {
          monitoring_place: {
            network: location.network,
            public_address: location.publicAddress ?? null,
            ...(location.secondAddress === undefined ? {} : { second_address: location.secondAddress }),
          },
        }),
    ...(uninstallOnLeave === true ? { monitoring_uninstall_on_leave: true } : {}),
  };
}
