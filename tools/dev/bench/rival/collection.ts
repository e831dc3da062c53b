import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import { UserError } from "../../../cli/common";
import { Interruption } from "../interruption";
import { measure, Measured } from "../measure";
import { Served } from "./mirror";

/** The collection that is compared with. */
const COLLECTION = "prometheus.prometheus";

/** A server, as Ansible reaches it. */
export interface Host {
  readonly ansible_host: string;
  readonly ansible_port?: number;
  readonly ansible_user?: string;
  readonly ansible_ssh_private_key_file?: string;
  readonly monitoring_ssh: { readonly alias: string; readonly known_hosts_file: string };
}

/** An archive that it installs, and where it is served. */
export interface Release extends Served {
  readonly name: string;
  readonly version: string;
}

/**
 * Looks whether a folder has the collection, as `ansible-galaxy collection install -p <folder>` leaves it there.
 *
 * @throws UserError that says how it comes there
 */
export function requireCollection(folder: string): void {
  const path = join(folder, "ansible_collections", ...COLLECTION.split("."));
  if (!existsSync(join(path, "roles")))
    throw new UserError(`--rival: there is no ${path}: ansible-galaxy collection install ${COLLECTION} -p ${folder}`);
}

/** What its playbook needs beside the collection: written into a folder of its own. */
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

  /** Writes inventory and playbook for fresh servers, with an empty cache of archives. */
  public create(hosts: Readonly<Record<string, Host>>, releases: readonly Release[], mirror: string): void {
    this.remove();
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    // As fast as its users can have it without changing it.
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

/** Node exporters everywhere, Prometheus and Alertmanager on the hub, which know each other. */
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
