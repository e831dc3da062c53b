import { Fn, Token } from "cdktf";
import { contract } from "../../lib/contract";
import { hostPort } from "../../lib/network/host-port";
import { parseJumpHost } from "../../lib/network/jump-host";
import { shellQuote, shellQuotePath } from "../../lib/shell";
import { IMonitoring, IServer } from "../contracts";

/** Returns the command that forwards a port of a server to the same port on the machine of the technician. */
export function sshTunnel(server: IServer, monitoring: IMonitoring, port: number): string {
  const target = hostPort(server.bindAddress || "localhost", port);
  return sshCommand(server, monitoring, [`-N -L ${port}:${target}`]);
}

/**
 * Returns the ssh command with which a technician connects to a server. It checks the same host key as a deploy, also after
 * a rebuild, and offers only the key file if there is one. Relative paths start at the project, so it runs there.
 *
 * @param options words that the shell reads as they are
 * @param command command to run on the server, without special characters of shells; by default a shell, unless the options disable it
 */
function sshCommand(server: IServer, monitoring: IMonitoring, options: readonly string[], command?: string): string {
  const { host, port = 22, user, keyFile, jumpHost, hostKeyAlias } = server.ssh;
  const jump = jumpHost === undefined ? [] : [jumpOption(jumpHost, keyFile, monitoring)];
  return [
    ...["ssh", ...options],
    ...["-o", `HostKeyAlias=${word(hostKeyAlias ?? server.id)}`, "-o", knownHosts(knownHostsOf(server, monitoring))],
    ...(port === 22 ? [] : [`-p ${port}`]),
    ...identity(keyFile),
    ...jump,
    `${word(user)}@${Token.isUnresolved(host) ? host : shellQuote(host)}`,
    ...(command === undefined ? [] : [command]),
  ].join(" ");
}

/** Returns the file with the host keys that a deploy checks. */
function knownHostsOf({ ssh }: IServer, monitoring: IMonitoring): string {
  if (ssh.knownHostsFile !== undefined) return ssh.knownHostsFile;
  // Each run writes the given host keys to its own folder. The run of the firewall has all servers.
  const { runs, knownHosts: file } = contract.state;
  return ssh.hostKeys === undefined || ssh.hostKeys.length === 0
    ? `${projectState(monitoring)}/${file}`
    : `${projectState(monitoring)}/${runs}/${contract.runs.firewall}/${file}`;
}

/** Returns the option for a known hosts file. ssh splits its value at spaces that are not in double quotes. */
function knownHosts(file: string): string {
  // The functions of Terraform accept no double quotes, so those are outside.
  if (Token.isUnresolved(file)) return `UserKnownHostsFile='"'${word(file)}'"'`;
  return `UserKnownHostsFile=${word(/[^\w./+-]/.test(file) ? `"${file}"` : file)}`;
}

function identity(keyFile: string | undefined): string[] {
  return keyFile === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-i", word(keyFile, shellQuotePath)];
}

/** Returns the option for a jump host. The option -J would use neither the key file nor the known hosts file. */
function jumpOption(jumpHost: string, keyFile: string | undefined, monitoring: IMonitoring): string {
  if (keyFile === undefined || Token.isUnresolved(jumpHost)) return `-J ${word(jumpHost)}`;
  const { user, host, port } = parseJumpHost(jumpHost);
  const proxy = [
    ...["ssh", "-o", knownHosts(`${projectState(monitoring)}/${contract.state.knownHosts}`), ...identity(keyFile)],
    ...(port === undefined ? [] : ["-p", `${port}`]),
    ...["-W", "[%h]:%p", user === undefined ? host : `${shellQuote(user)}@${host}`],
  ].join(" ");
  return `-o ${word(`ProxyCommand=${proxy}`)}`;
}

/** Returns the private folder of the stack, relative to the project. */
function projectState(monitoring: IMonitoring): string {
  return monitoring._stateDirectory.replace(/^(\.\.\/)+/, "");
}

/** Quotes a text as one word of a shell command. Terraform quotes the parts that only Terraform knows. */
function word(text: string, quote = shellQuote): string {
  if (!Token.isUnresolved(text)) return quote(text);
  const parts = text.split(/(\$\{TfToken\[[^\]]*\]\})/);
  // In Terraform, a backslash in a text is written twice.
  const quoted = parts.map((part) =>
    Token.isUnresolved(part) ? Fn.replace(part, "'", "'\\\\''") : part.replaceAll("'", "'\\''"),
  );
  return `'${quoted.join("")}'`;
}

/** Returns the SSH command that prints a file that only root on a server can read. */
export function readCommand(server: IServer, monitoring: IMonitoring, file: string): string {
  const read = `${server.ssh.user === "root" ? "" : "sudo "}cat ${file}`;
  // With a password, sudo asks for it in the terminal.
  return sshCommand(server, monitoring, server.ssh.sudoPassword === undefined ? [] : ["-t"], read);
}
