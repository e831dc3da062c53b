import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import { UserError } from "../../../cli/user-error";
import { Interruption } from "../../interruption";
import { measure, Measured } from "../measure";
import { Served } from "./mirror";

/** The collection to compare with. */
const COLLECTION = "prometheus.prometheus";

/** The variables with which Ansible reaches a server. */
export interface Host {
  readonly ansible_host: string;
  readonly ansible_port?: number;
  readonly ansible_user?: string;
  readonly ansible_ssh_private_key_file?: string;
  readonly monitoring_ssh: { readonly alias: string; readonly known_hosts_file: string };
}

/** An archive that the collection installs. */
export interface Release extends Served {
  readonly name: string;
  readonly version: string;
}

/**
 * Checks that a folder contains the collection.
 *
 * @throws UserError with the command that installs it
 */
export function requireCollection(folder: string): void {
  const path = join(folder, "ansible_collections", ...COLLECTION.split("."));
  if (!existsSync(join(path, "roles")))
    throw new UserError(
      `--rival: ${path} does not exist: run ansible-galaxy collection install ${COLLECTION} -p ${folder}`,
    );
}

/** A playbook with its inventory that uses the collection, in a folder of its own. */
export class RivalProject {
  private readonly environment: Record<string, string>;

  public constructor(
    private readonly folder: string,
    collections: string,
    environment: Readonly<Record<string, string>>,
    private readonly interruption: Interruption,
  ) {
    this.environment = {
      ...environment,
      ANSIBLE_CONFIG: join(folder, "ansible.cfg"),
      ANSIBLE_COLLECTIONS_PATH: collections,
      ANSIBLE_NOCOLOR: "1",
      ANSIBLE_LOCALHOST_WARNING: "False",
    };
  }

  /** Writes the inventory and the playbook for new servers. The cache of archives is empty. */
  public create(hosts: Readonly<Record<string, Host>>, releases: readonly Release[], mirror: string): void {
    this.remove();
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    // The fastest settings that need no change of the collection.
    this.write("ansible.cfg", "[defaults]\nforks = 10\n[connection]\npipelining = True\n");
    const reached = Object.entries(hosts).map(([name, { monitoring_ssh: ssh, ...host }]) => [
      name,
      {
        ...host,
        ansible_ssh_common_args: `-o UserKnownHostsFile=${ssh.known_hosts_file} -o HostKeyAlias=${ssh.alias}`,
      },
    ]);
    this.write("inventory.yml", stringify({ all: { hosts: Object.fromEntries(reached) as object } }));
    this.write("playbook.yml", stringify(playbook(Object.keys(hosts), releases, mirror, join(this.folder, "cache"))));
  }

  /** Runs the playbook. */
  public async run(): Promise<Measured> {
    return measure(["ansible-playbook", "--inventory", "inventory.yml", "playbook.yml"], {
      cwd: this.folder,
      environment: this.environment,
      interruption: this.interruption,
    });
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }
}

/** Installs node exporters on all servers, and Prometheus and Alertmanager on the hub. */
function playbook(hosts: readonly string[], releases: readonly Release[], mirror: string, cache: string): object[] {
  const variables = releases.flatMap(({ name, version, path }) => [
    [`${name}_version`, version],
    [`${name}_binary_url`, `${mirror}/${basename(path)}`],
    [`${name}_checksums_url`, `${mirror}/sha256sums.txt`],
    [`${name}_local_cache_path`, join(cache, name)],
  ]);
  const common = { become: true, vars: Object.fromEntries(variables) as object };
  const address = (host: string): string => `{{ hostvars["${host}"].ansible_host }}:9100`;
  return [
    { hosts: "all", ...common, roles: [`${COLLECTION}.node_exporter`] },
    {
      hosts: "hub",
      ...common,
      vars: {
        ...common.vars,
        alertmanager_receivers: [{ name: "nobody" }],
        alertmanager_route: { receiver: "nobody" },
        prometheus_alertmanager_config: [{ static_configs: [{ targets: ["127.0.0.1:9093"] }] }],
        prometheus_targets: { node: [{ targets: hosts.map(address) }] },
      },
      roles: [`${COLLECTION}.alertmanager`, `${COLLECTION}.prometheus`],
    },
  ];
}
