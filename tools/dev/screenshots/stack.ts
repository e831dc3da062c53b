import { isAbsolute, join } from "node:path";
import { run } from "../../cli/process";
import { projectRoot } from "../../cli/project";
import { deployedMonitorings, LOCAL_STACK, stackOutputs } from "../../cli/stack-outputs";
import { UserError } from "../../cli/user-error";
import { Login } from "./grafana-api";

/** Variables of a server in the inventory that this program uses. */
export interface Host {
  readonly ansible_host: string;
  readonly ansible_port: number;
  readonly ansible_user: string;
  readonly ansible_ssh_private_key_file?: string;
  readonly monitoring_ssh: { readonly known_hosts_file: string | null; readonly alias: string };
}

/** The parts of the inventory that this program uses. */
interface Inventory {
  readonly all: {
    readonly hosts: Readonly<Record<string, Host>>;
    readonly children: Readonly<Record<string, { readonly hosts: Readonly<Record<string, object>> }>>;
  };
}

/** The deployed stack `local`. */
export interface LocalStack {
  /** Servers by name. */
  readonly hosts: Readonly<Record<string, Host>>;
  /** Name of the server with the example site. */
  readonly site: string;
  /** Login of the deployed Grafana. */
  readonly grafana: Login;
}

/**
 * Reads the deployed stack `local`.
 *
 * @throws UserError if the stack is not deployed, or has no Grafana or no example site
 */
export async function localStack(): Promise<LocalStack> {
  const outputs = await stackOutputs(LOCAL_STACK);
  const [deployed] = deployedMonitorings(LOCAL_STACK, outputs);
  const { all } = JSON.parse(deployed?.inventory ?? "{}") as Inventory;
  const hostOf = (name: string): string => {
    const [host] = Object.keys(all.children[`run_${name}`]?.hosts ?? {});
    if (host === undefined)
      throw new UserError(`the stack "${LOCAL_STACK}" has no ${name}: deploy main.ts without changes`);
    return host;
  };
  const url = String(outputs.grafana_url);
  return {
    hosts: all.hosts,
    site: hostOf("site"),
    grafana: { url, user: "admin", password: await adminPassword(all.hosts[hostOf("grafana")]) },
  };
}

async function adminPassword(host: Host | undefined): Promise<string> {
  const command = host && sshCommand(host, "cat /var/lib/monitoring/grafana/admin_password");
  if (command === undefined) throw new UserError("the inventory does not contain the server of Grafana");
  const { code, stdout, stderr } = await run("ssh", command, { timeout: 30 });
  if (code !== 0) throw new UserError(`cannot read the password of Grafana's admin by SSH: ${stderr.trim()}`);
  return stdout.trim();
}

/** Returns the arguments of ssh that run a command on a server as its administrator. The host key must be known. */
export function sshCommand(host: Host, command: string): readonly string[] {
  const { known_hosts_file: knownHosts, alias } = host.monitoring_ssh;
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(projectRoot, path));
  const options = [
    ...["BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", `HostKeyAlias=${alias}`],
    ...(knownHosts === null ? [] : [`UserKnownHostsFile=${absolute(knownHosts)}`]),
  ];
  const key = host.ansible_ssh_private_key_file;
  return [
    ...options.flatMap((option) => ["-o", option]),
    ...["-p", String(host.ansible_port), "-l", host.ansible_user],
    ...(key === undefined ? [] : ["-i", absolute(key)]),
    ...["--", host.ansible_host, command],
  ];
}
