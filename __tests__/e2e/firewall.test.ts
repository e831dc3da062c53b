import { InventoryRun } from "../../lib/inventory/inventory";
import { Value, Variables } from "../../lib/inventory/variables";
import { RunResult } from "../../tools/cli/process";
import { componentRun, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";
import { Traffic } from "../support/traffic";
import { pause } from "../support/wait";

const lab = new Lab("e2e-firewall", "198.18.112.0/20", ["server", "peer", "other"]);
const traffic = new Traffic(lab, "server");
const [server, peer, other] = ["server", "peer", "other"].map((name) => lab.address(name)) as [string, string, string];

const port = (name: string, protocol: string, number: number, ...sources: string[]): Value => ({
  name,
  protocol,
  port: number,
  sources,
});

/** Rules as the access graph makes them: `peer` may use all ports but `closed`, `other` none. */
const GUARD: Variables = {
  firewall_mode: "guard",
  firewall_ports: [
    port("node_exporter_http", "tcp", 9100, peer),
    port("echo", "tcp", 9095, peer, `${peer}/32`, "2001:db8::/32", "2001:db8:1::1"),
    port("gossip", "udp", 9094, peer),
    port("closed", "tcp", 9093),
  ],
};
const STRICT: Variables = {
  ...GUARD,
  firewall_mode: "strict",
  firewall_ssh: { port: 22, sources: ["203.0.113.7/32"] },
  firewall_open: [port("web", "tcp", 8081, "0.0.0.0/0", "::/0")],
  firewall_trial: 4,
};

/** Returns the runs of a stack with a node exporter on the server. */
function runs(rules: Variables, components: readonly string[]): InventoryRun[] {
  return [
    plainRun("firewall", { server: rules }),
    componentRun("node_exporter", { server: { node_exporter_port: 9100 } }),
    plainRun("cleanup", { server: { monitoring_components: components } }),
  ];
}

async function play(name: string, rules: Variables, ...options: string[]): Promise<RunResult> {
  return lab.play(name, runs(rules, []), ...options);
}

async function succeed(name: string, rules: Variables, ...options: string[]): Promise<void> {
  const { code, stdout, stderr } = await play(name, rules, ...options);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
}

/** Returns the loaded table without counters. */
const table = (): string => lab.on("server", "nft --stateless list table inet cdktf_monitoring");
/** Describes all files of the server. */
const files = (): string =>
  lab.on(
    "server",
    "find /etc /opt /usr -xdev -printf '%p %i %C@\\n' | grep -v -e ' /etc/ssh' -e '/firewall/lock' | sort | md5sum",
  );

beforeAll(async () => {
  await lab.create();
  traffic.startEcho();
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
}, RUN_TIMEOUT);

describe("on a fresh server", () => {
  test(
    "a check lists the ports to close, and changes nothing",
    async () => {
      const before = files();
      const { code, stdout } = await play("firewall", GUARD, "--check");
      expect(stdout).toContain("would close to unauthorized sources: 9100, 9095, 9094, 9093");
      expect(code).toBe(0);
      expect(files()).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "a missing nft fails the run before it changes anything",
    async () => {
      lab.on("server", "mv /usr/sbin/nft /usr/sbin/nft.away");
      const before = files();
      const { code, stdout } = await play("node_exporter", GUARD);
      const after = files();
      lab.on("server", "mv /usr/sbin/nft.away /usr/sbin/nft");
      expect(stdout).toContain("nft is missing, which the firewall needs: apt-get install nftables");
      expect(code).not.toBe(0);
      expect(after).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "the run of a component closes the port before the component listens on it",
    async () => {
      traffic.startConnecting("other", 9100);
      await succeed("node_exporter", GUARD);
      expect(traffic.send("peer", 9100)).toBe("silent"); // The exporter waits for a complete request.
      expect(lab.on("peer", `curl -s -o /dev/null -w '%{http_code}' ${server}:9100/metrics`)).toBe("200");
      expect(Object.keys(traffic.stopConnecting("other"))).not.toContain("open");
    },
    RUN_TIMEOUT,
  );
});

describe("guard", () => {
  test("drops traffic from unauthorized sources to component ports", () => {
    expect(traffic.send("peer", 9095)).toBe("answers");
    expect(traffic.send("other", 9095)).toBe("silent");
    expect(traffic.send("peer", 9094, "udp")).toBe("answers");
    expect(traffic.send("other", 9094, "udp")).toBe("silent");
  });

  test("restricts a port without sources to the server itself", () => {
    expect(traffic.send("peer", 9093)).toBe("silent");
    expect(traffic.send("server", 9093)).toBe("answers");
    expect(traffic.send("server", 9093, "tcp", "127.0.0.1")).toBe("answers");
  });

  test("does not affect other ports", () => {
    expect(traffic.send("other", 8080)).toBe("answers");
    expect(traffic.send("other", 8082)).toBe("refused");
  });

  test(
    "is not loaded again if nothing changed",
    async () => {
      await succeed("firewall", GUARD);
      expect(lab.result("firewall").hosts.server).toMatchObject({ state: "unchanged", touched: false });
    },
    RUN_TIMEOUT,
  );

  test(
    "does not change in a forced run",
    async () => {
      const before = files();
      await succeed("firewall", GUARD, "--force");
      expect(lab.result("firewall").hosts.server).toMatchObject({ state: "ok", changed: 0 });
      expect(files()).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "keeps allowed connections during a change, and cuts revoked ones",
    async () => {
      // GIVEN
      traffic.startConnecting("peer", 9100);
      traffic.startTalking("peer", 9095);

      // WHEN
      const ports = [
        port("node_exporter_http", "tcp", 9100, peer, other),
        port("echo", "tcp", 9095),
        port("gossip", "udp", 9094, peer),
        port("closed", "tcp", 9093),
      ];
      await succeed("firewall", { ...GUARD, firewall_ports: ports });

      // THEN
      const before = traffic.echoes("peer");
      await pause(1);
      expect(before).toBeGreaterThan(0);
      expect(traffic.echoes("peer")).toBe(before);
      const { open, ...lost } = traffic.stopConnecting("peer");
      expect(open).toBeGreaterThan(50);
      expect(lost).toEqual({});
      traffic.stopTalking("peer");
    },
    RUN_TIMEOUT,
  );

  test(
    "is loaded at boot before the services start",
    () => {
      const before = table();
      lab.on("server", "nft delete table inet cdktf_monitoring");
      lab.restart("server");
      lab.on("server", "until systemctl is-active --quiet node_exporter 2>/dev/null; do sleep 0.1; done");
      traffic.startEcho();
      expect(table()).toBe(before);
      const since = (unit: string): number =>
        Number(lab.on("server", `systemctl show --value --property ActiveEnterTimestampMonotonic ${unit}`));
      for (const later of ["network-pre.target", "ssh.service", "node_exporter.service"])
        expect(since("cdktf-monitoring-firewall.service")).toBeLessThanOrEqual(since(later));
    },
    RUN_TIMEOUT,
  );

  test.each(["start", "reload", "restart", "stop"])("remains loaded after systemctl %s nftables", (verb) => {
    const before = table();
    lab.on("server", `systemctl ${verb} nftables.service`);
    expect(table()).toBe(before);
  });

  test(
    "is restored by its run and by the run of a component that has changes",
    async () => {
      const before = table();
      lab.on("server", "nft flush ruleset");
      await succeed("firewall", GUARD);
      expect(table()).not.toBe(before); // The peer is allowed again.
      const now = table();
      lab.on("server", "nft flush chain inet cdktf_monitoring ports; rm /etc/cdktf-monitoring/markers/node_exporter");
      await succeed("node_exporter", GUARD);
      expect(table()).toBe(now);
    },
    RUN_TIMEOUT,
  );

  test(
    "warns about rules of other tables that redirect or close its ports",
    async () => {
      lab.on(
        "server",
        `printf '%s\\n' 'table ip docker {' \
          'chain published { tcp dport 9100 dnat to 172.17.0.2:9100' '}' \
          'chain prerouting { type nat hook prerouting priority dstnat' 'jump published' '}' '}' \
          'table inet other {' \
          'chain input { type filter hook input priority 10' 'policy drop' 'tcp dport { 22, 9095 } accept' '}' '}' | nft -f -`,
      );
      await succeed("firewall", GUARD, "--force");
      lab.on("server", "nft delete table ip docker; nft delete table inet other");
      expect(lab.result("firewall").hosts.server?.warnings).toEqual([
        expect.stringContaining(
          "port 9100/tcp does not lead to node_exporter_http: chain published of table ip docker redirects it to 172.17.0.2:9100",
        ),
        expect.stringContaining(
          "port 9100/tcp (node_exporter_http) is closed by another firewall, chain input of table inet other",
        ),
        expect.stringContaining(
          "port 9094/udp (gossip) is closed by another firewall, chain input of table inet other",
        ),
      ]);
    },
    RUN_TIMEOUT,
  );
});

describe("local users", () => {
  /** Rules as the access graph makes them: the service may use the ports of the server, and 9100 of the peer. */
  const USERS: Variables = {
    ...GUARD,
    firewall_local_users: ["person", "stranger"],
    firewall_users: [
      {
        ports: [
          { protocol: "tcp", port: 9093 },
          { protocol: "udp", port: 9094 },
        ],
        destinations: [],
        users: ["service"],
        technicians: false,
      },
      { ports: [{ protocol: "tcp", port: 9095 }], destinations: [], users: [], technicians: true },
      { ports: [{ protocol: "tcp", port: 22 }], destinations: [peer, "name.example"], users: [], technicians: false },
    ],
  };
  const send = (user: string, port: number, protocol: "tcp" | "udp" = "tcp", to = server): string =>
    traffic.send("server", port, protocol, to, user);

  test(
    "other than those in the rules are refused at once, and their connections are cut",
    async () => {
      lab.on("server", "useradd --system person");
      traffic.startTalking("server", 9095, "nobody");
      await succeed("firewall", USERS);
      const before = traffic.echoes("server");
      for (const to of [server, "127.0.0.1"]) {
        expect(["nobody", "person", "root"].map((user) => send(user, 9093, "tcp", to))).toEqual([
          "refused",
          "refused",
          "answers",
        ]);
        expect(["nobody", "person", "root"].map((user) => send(user, 9095, "tcp", to))).toEqual([
          "refused",
          "answers",
          "answers",
        ]);
      }
      expect(send("nobody", 9094, "udp")).toBe("refused");
      expect(send("root", 9094, "udp")).toBe("answers");
      expect(send("nobody", 8080)).toBe("answers");
      expect(["nobody", "root"].map((user) => send(user, 22, "tcp", peer))).toEqual(["refused", "answers"]);
      expect(send("nobody", 22, "tcp", other)).toBe("answers");
      expect(traffic.echoes("server")).toBe(before);
      expect(before).toBeGreaterThan(0);
      traffic.stopTalking("server");
    },
    RUN_TIMEOUT,
  );

  test("cannot pass with another protocol on top of the port", () => {
    const program =
      'import socket; it = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); it.connect(("127.0.0.1", 9093))';
    expect(lab.on("server", `runuser -u nobody -- python3 -c '${program}' 2>&1 || true`)).toContain("refused");
  });

  test(
    "are allowed as soon as a run finds them, with their current numbers",
    async () => {
      const play = async (): Promise<void> => {
        lab.on("server", "rm /etc/cdktf-monitoring/markers/node_exporter");
        await succeed("node_exporter", USERS);
      };
      lab.on("server", "useradd --system --uid 871 service");
      expect(send("service", 9093)).toBe("refused");
      await play();
      expect(send("service", 9093)).toBe("answers");
      lab.on("server", "userdel service && useradd --system --uid 872 service && useradd --system --uid 871 thief");
      await succeed("firewall", USERS);
      expect(["service", "thief"].map((user) => send(user, 9093))).toEqual(["answers", "refused"]);
      lab.on("server", "userdel service && userdel thief && useradd --system --uid 872 thief");
      await play();
      expect(send("thief", 9093)).toBe("refused");
      await succeed("firewall", USERS);
      expect(lab.result("firewall").hosts.server).toMatchObject({ state: "unchanged" });
    },
    RUN_TIMEOUT,
  );

  test("stay restricted after a restart", () => {
    const before = table();
    lab.restart("server");
    lab.on("server", "until systemctl is-active --quiet node_exporter 2>/dev/null; do sleep 0.1; done");
    traffic.startEcho();
    expect(table()).toBe(before);
    expect(send("nobody", 9095)).toBe("refused");
    expect(send("person", 9095)).toBe("answers");
  }, 60_000);
});

describe("strict", () => {
  test(
    "is applied by concurrent runs",
    async () => {
      lab.on("server", "rm /etc/cdktf-monitoring/markers/node_exporter");
      const outcomes = await Promise.all(["firewall", "node_exporter"].map((name) => play(name, STRICT)));
      expect(outcomes).toMatchObject([{ code: 0 }, { code: 0 }]);
      await succeed("firewall", STRICT);
      expect(lab.result("firewall").hosts.server).toMatchObject({ state: "unchanged" });
    },
    RUN_TIMEOUT,
  );

  test(
    "closes all ports except SSH for the controller, component ports and user-opened ports",
    () => {
      expect(traffic.send("other", 8080)).toBe("silent");
      expect(traffic.send("other", 8081)).toBe("answers");
      expect(traffic.send("other", 22)).toBe("silent");
      expect(traffic.send("peer", 9095)).toBe("answers");
      expect(traffic.send("other", 9095)).toBe("silent");
      expect(traffic.send("server", 8080)).toBe("answers");
      expect(lab.on("peer", `ping -c 1 -W 1 ${server} > /dev/null; echo $?`)).toBe("0");
      expect(lab.on("server", "systemctl list-timers --all | grep -c cdktf-monitoring-firewall || true")).toBe("0");
    },
    RUN_TIMEOUT,
  );

  test(
    "rolls the rules back if a new SSH connection fails",
    async () => {
      // GIVEN a table that rejects new SSH connections during the trial, but not Ansible's open one
      const [rules, loaded] = [lab.on("server", "cat /etc/cdktf-monitoring/firewall/rules.nft"), table()];
      const trial = "systemctl is-active --quiet cdktf-monitoring-firewall-rollback.timer";
      lab.on(
        "server",
        `printf '%s\\n' 'table inet wall {' \
          'chain input { type filter hook input priority -10' 'tcp dport 22 ct state new reject with tcp reset' '}' '}' | nft -f - &&
          systemd-run --quiet sh -c 'until ${trial}; do sleep 0.1; done; while ${trial}; do sleep 0.1; done; nft delete table inet wall'`,
      );

      // WHEN
      const { code, stdout } = await play("firewall", { ...STRICT, firewall_open: [] });

      // THEN
      expect(stdout).toContain("no new SSH connection came through the rules of strict mode");
      expect(stdout).toContain(`allowed to port 22: 203.0.113.7/32, ${lab.gateway}`);
      expect(code).not.toBe(0);
      expect(table()).toBe(loaded);
      expect(lab.on("server", "cat /etc/cdktf-monitoring/firewall/rules.nft")).toBe(rules);
      await succeed("firewall", { ...STRICT, firewall_open: [] });
      expect(traffic.send("other", 8081)).toBe("silent");
    },
    RUN_TIMEOUT,
  );
});

test(
  "cleanup removes the firewall of a server without one",
  async () => {
    const { code, stdout } = await lab.play("cleanup", runs(GUARD, ["node_exporter"]).slice(1));
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(traffic.send("other", 9095)).toBe("answers");
    const find =
      "find / -xdev -name '*firewall*' -path '*cdktf*' -not -path '/proc/*'; find /etc/systemd -path '*nftables*'";
    expect(lab.on("server", `${find}; nft list tables | grep cdktf || true`)).toBe("");
  },
  RUN_TIMEOUT,
);
