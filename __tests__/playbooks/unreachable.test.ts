import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, temporaryFolder } from "./python";

const SCRIPT = `
import json, sys
from pathlib import Path
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from controller.unreachable import explain
given = json.load(sys.stdin)
problem = explain(given["message"], given["host"], Path(given["log"]))
print(problem.retry.value, problem.reason, end="")
`;

afterAll(removeFolders);

/** Whether to retry, and the explanation. message: ssh's output. jump: the output of the jump host's ssh. */
function explain(
  message: string,
  ssh: Readonly<Record<string, unknown>> = {},
  jump = "",
  variables: Readonly<Record<string, unknown>> = {},
): string {
  const log = join(temporaryFolder(), "app");
  writeFileSync(log, jump);
  const host = {
    ansible_host: "10.0.0.7",
    ansible_port: 22,
    ansible_user: "deploy",
    monitoring_ssh: ssh,
    ...variables,
  };
  const input = JSON.stringify({ message, host, log });
  return execFileSync("python3", ["-c", SCRIPT, playbooksDirectory], { input, encoding: "utf8" });
}

const CHANGED = `@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
Offending ED25519 key in /project/cdktf.out/stacks/../../state/known_hosts:2
Host key verification failed.`;
const CLOSED = "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535";
const through = { jump_host: "admin@bastion" };

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  [
    CHANGED,
    {},
    "its host key has changed since the first connection: if the machine was reinstalled, change its generation",
  ],
  [
    CHANGED,
    { host_keys: ["ssh-ed25519 AAAA"] },
    "its host key is not one of hostKeys: if the machine was reinstalled, correct hostKeys",
  ],
  [
    CHANGED,
    { known_hosts_file: "/a/../keys" },
    "its host key is not the one in /keys: if the machine was reinstalled, correct this file",
  ],
  [
    "deploy@10.0.0.7: Permission denied (publickey).",
    {},
    'few user "deploy" cannot log in (deploy@10.0.0.7: Permission denied (publickey).): check that the user exists, add the public key',
  ],
  [
    "ssh: connect to host 10.0.0.7 port 22: Connection refused",
    {},
    "ssh: connect to host 10.0.0.7 port 22: Connection refused",
  ],
])("explains ssh's output for a server: %j %j", (message, ssh, explanation) => {
  expect(explain(message, ssh)).toContain(explanation);
});

test.each([
  [
    "ssh: connect to host bastion port 22: No route to host",
    "is unreachable: connect to host bastion port 22: No route to host",
  ],
  [
    "ssh: Could not resolve hostname bastion: Name or service not known",
    "is unreachable: Could not resolve hostname bastion",
  ],
  [
    CHANGED,
    "has a different host key than at the first connection: if it was reinstalled, remove its line from /project/state/known_hosts",
  ],
  [
    "admin@bastion: Permission denied (publickey).",
    "rejects the login (admin@bastion: Permission denied (publickey).)",
  ],
  [
    "Connection timed out during banner exchange\nConnection to bastion port 22 timed out",
    "does not forward the connection: it accepts the connection, but its SSH does not answer within 15 seconds",
  ],
  [
    "channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed",
    "cannot reach 10.0.0.7 port 22: Connection refused",
  ],
  [
    "channel 0: open failed: administratively prohibited: open failed",
    "cannot reach 10.0.0.7 port 22: administratively prohibited",
  ],
])("explains the output of the jump host's ssh: %j", (jump, explanation) => {
  expect(explain(CLOSED, through, jump)).toContain(`jump host admin@bastion ${explanation}`);
});

it("explains the server's own problem if the jump host forwarded the connection", () => {
  const warning = "Warning: Permanently added 'bastion' (ED25519) to the list of known hosts.";
  expect(explain(CHANGED, through, warning)).toContain("its host key has changed since the first connection");
});

/** Real output of OpenSSH 9.2 for each cause that has a remedy of its own. */
const CAUSES: readonly (readonly [output: string, explanation: string])[] = [
  [
    `@@@@@@@@@@@@@@@@
@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @
@@@@@@@@@@@@@@@@
Permissions 0644 for '/keys/id' are too open.
It is required that your private key files are NOT accessible by others.
This private key will be ignored.
Load key "/keys/id": bad permissions
deploy@10.0.0.7: Permission denied (publickey).`,
    "never other users can read the private key /keys/id, so ssh does not use it: chmod 600 /keys/id",
  ],
  [
    `Warning: Identity file /keys/none not accessible: No such file or directory.
no such identity: /keys/none: No such file or directory
deploy@10.0.0.7: Permission denied (publickey).`,
    "never the private key /keys/none does not exist on this machine: correct keyFile",
  ],
  [
    `Load key "/keys/id.pub": error in libcrypto
deploy@10.0.0.7: Permission denied (publickey).`,
    'never /keys/id.pub is not a private key that ssh can read (Load key "/keys/id.pub": error in libcrypto): set keyFile',
  ],
  [
    `Received disconnect from 10.0.0.7 port 22:2: Too many authentication failures
Disconnected from 10.0.0.7 port 22`,
    "never the server rejects so many keys that it closes the connection (Too many authentication failures): set keyFile",
  ],
  [
    "Unable to negotiate with 10.0.0.7 port 22: no matching host key type found. Their offer: ssh-dss",
    "never the server and the ssh of this machine have no algorithm in common (no matching host key type found. Their offer: ssh-dss): upgrade",
  ],
  [
    "Unable to negotiate with 10.0.0.7 port 22: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1",
    "never the server and the ssh of this machine have no algorithm in common",
  ],
  [
    `"System is booting up. Unprivileged users are not permitted to log in yet. Please come back later. For technical details, see pam_nologin(8)."
Connection closed by 10.0.0.7 port 22`,
    "wait the server does not accept logins yet (System is booting up.",
  ],
  [
    "Connection closed by 10.0.0.7 port 22",
    "wait the server closes connections before the login (Connection closed by 10.0.0.7 port 22): if fail2ban blocks this machine",
  ],
  [
    "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.0.7 port 22",
    "wait the server closes connections before the login (kex_exchange_identification: read: Connection reset by peer)",
  ],
  ["deploy@10.0.0.7: Permission denied (password).", "never the server accepts no SSH keys"],
  ["Timeout, server 10.0.0.7 not responding.", "wait the server stopped answering for half a minute"],
  [
    "Connection timed out during banner exchange\nConnection to 10.0.0.7 port 22 timed out",
    "wait the server accepts the connection, but its SSH does not answer within 15 seconds",
  ],
  ["kex_exchange_identification: banner line contains invalid characters", "never another service than SSH answers"],
  [
    "/root/.ssh/config: line 1: Bad configuration option: nonsense\n/root/.ssh/config: terminating, 1 bad configuration options",
    "never ssh cannot read its configuration on this machine",
  ],
  [
    `sign_and_send_pubkey: signing failed for ED25519 "key" from agent: agent refused operation
deploy@10.0.0.7: Permission denied (publickey).`,
    "never the SSH agent does not sign with the key",
  ],
  [
    "WARNING: Your password has expired.\nPassword change required but no TTY available.",
    'never the account of user "deploy" has expired on the server',
  ],
];

test.each(CAUSES)("names the cause and the remedy: %j", (output, explanation) => {
  expect(explain(output)).toContain(explanation);
});

it("names another remedy for too many keys if there is a key file", () => {
  const output = "Received disconnect from 10.0.0.7 port 22:2: Too many authentication failures";
  expect(explain(output, {}, "", { ansible_ssh_private_key_file: "/keys/id" })).toContain("raise MaxAuthTries");
});

it("asks for ssh-add if the key file has a passphrase and no agent has the key", () => {
  const key = join(temporaryFolder(), "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", key]);
  expect(
    explain("deploy@10.0.0.7: Permission denied (publickey).", {}, "", { ansible_ssh_private_key_file: key }),
  ).toBe(`never the private key ${key} has a passphrase, and the SSH agent does not have the key: ssh-add ${key}`);
});

it("tells a lost record of a host key apart from a changed key", () => {
  const lost =
    "No ED25519 host key is known for hub-1 and you have requested strict checking.\nHost key verification failed.";
  expect(explain(lost)).toBe("never this machine has no record of its host key");
  expect(explain(CLOSED, through, lost)).toBe("never jump host admin@bastion has an unknown host key");
});
