import { join } from "node:path";
import { projectRoot } from "../../../../tools/cli/project";
import { Host, sshCommand } from "../../../../tools/dev/screenshots/stack";

const HOST: Host = {
  ansible_host: "198.18.0.20",
  ansible_port: 22,
  ansible_user: "root",
  ansible_ssh_private_key_file: ".cdktf-monitoring/local/key",
  monitoring_ssh: { known_hosts_file: "/srv/known_hosts", alias: "app-1" },
};

describe("sshCommand", () => {
  it("checks the host key under the alias of the server", () => {
    const command = sshCommand(HOST, "true").join(" ");
    expect(command).toContain("-o HostKeyAlias=app-1 -o UserKnownHostsFile=/srv/known_hosts");
  });

  it("finds relative files in the project", () => {
    expect(sshCommand(HOST, "true").join(" ")).toContain(`-i ${join(projectRoot, ".cdktf-monitoring/local/key")}`);
  });

  it("ends with the address and the command", () => {
    expect(sshCommand(HOST, "cat /etc/hostname").slice(-3)).toEqual(["--", "198.18.0.20", "cat /etc/hostname"]);
  });
});
