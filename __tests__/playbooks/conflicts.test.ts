import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, start, temporaryFolder, writeProgram } from "./python";

const PROGRAM = "roles/firewall/files/conflicts.py";
const PORTS = ["node_exporter_http=tcp/9100", "gossip=udp/9094"];

/** The table of our own firewall, which is never a conflict. */
const OURS = `table inet cdktf_monitoring {
	set tcp_9100_ipv4 {
		type ipv4_addr
		flags interval
		elements = { 198.18.0.11 }
	}

	chain ports {
		tcp dport 9100 ip saddr @tcp_9100_ipv4 accept
		tcp dport 9100 counter packets 0 bytes 0 drop comment "node_exporter_http"
	}

	chain input {
		type filter hook input priority filter; policy accept;
		jump ports
		counter packets 3 bytes 180 drop comment "all else"
	}
}
`;

/** Rules that Docker created with iptables, as nft lists them. */
const DOCKER = `table ip nat {
	chain DOCKER {
		iifname != "docker0" tcp dport 9100 counter packets 0 bytes 0 dnat to 172.17.0.2:9100
		meta l4proto 6 tcp dport { 8082, 8083 } counter packets 0 bytes 0 dnat to 172.17.0.2:80
	}

	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter packets 0 bytes 0 jump DOCKER
	}

	chain OUTPUT {
		type nat hook output priority -100; policy accept;
		ip daddr 127.0.0.11 tcp dport 53 counter packets 0 bytes 0 dnat to 127.0.0.11:43721
	}
}
`;

/** Rules of ufw: the policy drops what no rule accepts. */
const UFW = `table ip filter {
	chain ufw-user-input {
		tcp dport 22 counter packets 0 bytes 0 accept
		ip saddr 198.18.0.0/16 tcp dport 9100-9110 counter packets 0 bytes 0 accept
	}

	chain INPUT {
		type filter hook input priority filter; policy drop;
		counter packets 0 bytes 0 jump ufw-user-input
	}
}
`;

/** Rules of firewalld: the last rule rejects, and the policy accepts. */
const FIREWALLD = `table inet firewalld {
	chain filter_INPUT {
		type filter hook input priority filter + 10; policy accept;
		ct state { established, related } accept
		ct state invalid drop
		reject with icmpx admin-prohibited
	}
}
`;

const LEGACY = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
-A INPUT -p udp -m udp --dport 9094 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 9100 -j DNAT --to-destination 172.17.0.2:9100
COMMIT
`;

afterAll(removeFolders);

async function conflicts(ruleset: string, mode = "guard", ports = PORTS): Promise<string[]> {
  const folder = temporaryFolder();
  writeProgram(join(folder, "nft"), `#!/bin/sh\n[ "$*" = "list ruleset" ] && cat <<'EOF'\n${ruleset}EOF\n`);
  const output = await start(PROGRAM, [mode, ...ports], { PATH: `${folder}:${process.env.PATH ?? ""}` }).ended;
  expect(output).toMatchObject({ code: 0, stderr: "" });
  return output.stdout.trim().split("\n").filter(Boolean);
}

test("finds no conflict in our own table", async () => {
  expect(await conflicts(OURS)).toEqual([]);
});

test("finds a port that Docker publishes, and where it leads", async () => {
  expect(await conflicts(OURS + DOCKER)).toEqual([
    "port 9100/tcp does not lead to node_exporter_http: chain DOCKER of table ip nat redirects it to 172.17.0.2:9100; " +
      "if Docker publishes it, publish another port",
  ]);
});

test("finds ports that bypass strict mode, but not connections of the server itself", async () => {
  expect(await conflicts(OURS + DOCKER, "strict")).toContain(
    "strict mode does not close ports that are redirected to a container or another server, as Docker does: 8082/tcp, 8083/tcp",
  );
});

test("finds a firewall that drops packets to a port by its policy", async () => {
  expect(await conflicts(OURS + UFW)).toEqual([
    "port 9094/udp (gossip) is closed by another firewall, chain INPUT of table ip filter: open it there, too",
  ]);
});

test("finds a firewall whose last rule rejects everything, but not rules with a condition", async () => {
  const found = await conflicts(OURS + FIREWALLD, "guard", ["gossip=udp/9094"]);
  expect(found).toEqual([
    "port 9094/udp (gossip) is closed by another firewall, chain filter_INPUT of table inet firewalld: open it there, too",
  ]);
  expect(await conflicts(OURS + FIREWALLD.replace(/.*reject.*\n/, ""))).toEqual([]);
});

test("finds a rule that drops packets to a port", async () => {
  const rule = FIREWALLD.replace(/.*reject.*\n/, "		tcp dport { 23, 9000-9200 } counter packets 0 bytes 0 drop\n");
  expect(await conflicts(rule)).toEqual([
    expect.stringContaining("9100/tcp (node_exporter_http) is closed to some sources"),
  ]);
});

test("reads the rules of iptables-legacy", () => {
  const program = `
import sys
sys.dont_write_bytecode = True
import conflicts
chains = conflicts.read_legacy(sys.stdin.read())
for finder in (conflicts.redirected, conflicts.dropped):
    print(*finder("node_exporter_http", "tcp", 9100, chains), *finder("gossip", "udp", 9094, chains), sep="\\n")`;
  const folder = join(playbooksDirectory, "roles/firewall/files");
  const output = execFileSync("python3", ["-c", program], { input: LEGACY, encoding: "utf8", cwd: folder });
  expect(output.trim().split(/\n+/)).toEqual([
    expect.stringContaining("chain DOCKER of table nat (iptables-legacy) redirects it to 172.17.0.2:9100"),
    expect.stringContaining(
      "port 9100/tcp (node_exporter_http) is closed by another firewall, chain INPUT of table filter (iptables-legacy)",
    ),
  ]);
});
