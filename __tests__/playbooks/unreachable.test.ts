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

/** What is told of a server, by what ssh said of it and what the jump host's ssh said. */
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
    "its host key is not the one that was seen first: if the machine was installed anew, change its generation",
  ],
  [CHANGED, { host_keys: ["ssh-ed25519 AAAA"] }, "its host key is none of those that hostKeys names: correct them"],
  [CHANGED, { known_hosts_file: "/a/../keys" }, "its host key is not that in /keys: otherwise something else answers"],
  [
    "deploy@10.0.0.7: Permission denied (publickey).",
    {},
    "it does not let the user deploy in (deploy@10.0.0.7: Permission denied (publickey).): add the public key",
  ],
  [
    "ssh: connect to host 10.0.0.7 port 22: Connection refused",
    {},
    "ssh: connect to host 10.0.0.7 port 22: Connection refused",
  ],
])("what ssh says of a server becomes a remedy: %j %j", (message, ssh, words) => {
  expect(explain(message, ssh)).toContain(words);
});

test.each([
  [
    "ssh: connect to host bastion port 22: No route to host",
    "cannot be reached: connect to host bastion port 22: No route to host",
  ],
  [
    "ssh: Could not resolve hostname bastion: Name or service not known",
    "cannot be reached: Could not resolve hostname bastion",
  ],
  [
    CHANGED,
    "does not show the host key that was seen first: if it was installed anew, remove its line from /project/state/known_hosts",
  ],
  [
    "admin@bastion: Permission denied (publickey).",
    "does not let us in (admin@bastion: Permission denied (publickey).)",
  ],
  [
    "Connection timed out during banner exchange\nConnection to bastion port 22 timed out",
    "cannot be reached: Connection timed out during banner exchange",
  ],
  [
    "channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed",
    "cannot reach 10.0.0.7 at port 22: Connection refused",
  ],
  [
    "channel 0: open failed: administratively prohibited: open failed",
    "cannot reach 10.0.0.7 at port 22: administratively prohibited",
  ],
])("what a jump host's ssh says is told in the server's place: %j", (jump, words) => {
  expect(explain(CLOSED, through, jump)).toContain(`the jump host admin@bastion ${words}`);
});

test("a server behind a jump host that did its part has its own reason", () => {
  const warning = "Warning: Permanently added 'bastion' (ED25519) to the list of known hosts.";
  expect(explain(CHANGED, through, warning)).toContain("its host key is not the one that was seen first");
});
