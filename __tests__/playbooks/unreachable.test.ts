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
print(explain(given["message"], given["host"], Path(given["log"])), end="")
`;

afterAll(removeFolders);

/** The explanation for a server. message: ssh's output. jump: the output of the jump host's ssh. */
function explain(message: string, ssh: Readonly<Record<string, unknown>> = {}, jump = ""): string {
  const log = join(temporaryFolder(), "app");
  writeFileSync(log, jump);
  const host = { ansible_host: "10.0.0.7", ansible_port: 22, ansible_user: "deploy", monitoring_ssh: ssh };
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
    'user "deploy" cannot log in (deploy@10.0.0.7: Permission denied (publickey).): add the public key',
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
    "is unreachable: Connection timed out during banner exchange",
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
