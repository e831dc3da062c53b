import { addressProblem } from "../network/address";
import { jumpHostProblem } from "../network/jump-host";
import { pathProblem } from "../paths";

/** The texts of the SSH access to a server. */
export interface SshTexts {
  readonly host: string;
  readonly user: string;
  readonly keyFile?: string;
  readonly jumpHost?: string;
  readonly hostKeys?: readonly string[];
  readonly knownHostsFile?: string;
  readonly hostKeyAlias?: string;
}

/**
 * Returns the first problem with the SSH access to a server, or undefined.
 *
 * @param isKnown whether a text is known at synthesis; other texts are not checked
 */
export function sshAccessProblem(ssh: SshTexts, isKnown: (text: string) => boolean): string | undefined {
  const checks: readonly (readonly [setting: string, text: string | undefined, Check])[] = [
    ["user", ssh.user, userProblem],
    ["host", ssh.host, addressProblem],
    ["keyFile", ssh.keyFile, pathProblem],
    ["jumpHost", ssh.jumpHost, jumpHostProblem],
    ...(ssh.hostKeys ?? []).map((key) => ["hostKeys", key, hostKeyProblem] as const),
    ["knownHostsFile", ssh.knownHostsFile, pathProblem],
    ["hostKeyAlias", ssh.hostKeyAlias, aliasProblem],
  ];
  for (const [setting, text, check] of checks) {
    const found = text === undefined || !isKnown(text) ? undefined : check(text);
    if (found !== undefined) return `${setting}: ${found}`;
  }
  return undefined;
}

type Check = (text: string) => string | undefined;

/** Returns what is wrong with the name of a user on a server, or undefined. Directory services add `\`, `@` and `+`. */
export function userProblem(user: string): string | undefined {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.@+\\-]{0,254}$/.test(user) && !user.endsWith("\\")) return undefined;
  return `"${user}" is not a user name: use one such as "admin", with letters, digits and "_.-@+\\" only`;
}

/** Returns what is wrong with a public host key, or undefined. */
export function hostKeyProblem(key: string): string | undefined {
  if (/^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\p{Cc}]*)?$/u.test(key)) return undefined;
  return `"${key}" is not a public host key such as "ssh-ed25519 AAAA…": copy the line of /etc/ssh/ssh_host_ed25519_key.pub`;
}

/** Returns what is wrong with a name in known_hosts files, where some characters are patterns or separators. */
function aliasProblem(alias: string): string | undefined {
  if (/^[A-Za-z0-9_[][A-Za-z0-9_.:@#/+=[\]-]{0,511}$/.test(alias)) return undefined;
  return `"${alias}" is not a name in known_hosts files: use letters, digits and "_.:@#/+=[]-" only`;
}
