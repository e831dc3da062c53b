import { Artifacts } from "../../lib/artifacts";
import { InventoryRun, Value, Variables } from "../../lib/inventory/inventory";
import { RunResult } from "../../tools/cli/process";
import { architecture, Lab } from "../support/lab";

/** A run takes five seconds on a slow machine, and one whose rules are taken back some more; in milliseconds. */
const RUN = 120_000;
const lab = new Lab("e2e-firewall", "198.18.112.0/20", ["server", "peer", "stranger"]);
const [server, peer, stranger] = ["server", "peer", "stranger"].map((name) => lab.address(name)) as [
  string,
  string,
  string,
];

const port = (name: string, protocol: string, number: number, ...sources: string[]): Value => ({
  name,
  protocol,
  port: number,
  sources,
});

/** What the access graph would say: the peer is admitted, nobody is to `closed`. */
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

/** The runs of a stack with a node exporter on the server. */
function runs(rules: Variables, components: readonly string[]): InventoryRun[] {
  const common = { content: "test", artifacts: [], secrets: [], variables: {} };
  const request = Artifacts.fromEnvironment()._request("node_exporter", architecture);
  const exporter: Variables = { node_exporter_version: request.version, node_exporter_port: 9100 };
  const on = (variables: Variables): ReadonlyMap<string, Variables> => new Map([["server", variables]]);
  const run = (name: string, hosts: ReadonlyMap<string, Variables>): InventoryRun => ({
    ...common,
    name,
    playbook: `${name}.yml`,
    component: false,
    hosts,
  });
  return [
    run("firewall", on(rules)),
    { ...run("node_exporter", on(exporter)), component: true, artifacts: [request] },
    run("cleanup", on({ monitoring_components: components })),
  ];
}

async function play(name: string, rules: Variables, ...options: string[]): Promise<RunResult> {
  return lab.play(name, runs(rules, []), ...options);
}

async function succeed(name: string, rules: Variables, ...options: string[]): Promise<void> {
  const { code, stdout, stderr } = await play(name, rules, ...options);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
}

/** What comes of a connection to the server: `answers`, `refused` or, where nothing comes back, `silent`. */
function reach(from: string, number: number, protocol = "tcp", to = server): string {
  const kind = protocol === "udp" ? "SOCK_DGRAM" : "SOCK_STREAM";
  const program = `
import socket
with socket.socket(socket.AF_INET, socket.${kind}) as it:
    it.settimeout(1)
    try:
        it.connect(("${to}", ${number}))
        it.send(b"echo")
        print("answers" if it.recv(4) else "closed")
    except TimeoutError:
        print("silent")
    except ConnectionError:
        print("refused")
`;
  return lab.on(from, `python3 -c '${program}'`);
}

/** Starts a program in the background of a server. */
function background(on: string, unit: string, program: string): void {
  lab.on(on, `systemd-run --quiet --collect --unit=${unit} --service-type=exec python3 -u -c '${program}'`);
}

const ECHO = `
import asyncio
class Gossip(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
    def datagram_received(self, data, peer):
        self.transport.sendto(data, peer)
async def echo(reader, writer):
    while data := await reader.read(100):
        writer.write(data)
async def main():
    for port in (8080, 8081, 9093, 9095):
        await asyncio.start_server(echo, "0.0.0.0", port)
    await asyncio.get_running_loop().create_datagram_endpoint(Gossip, ("0.0.0.0", 9094))
    await asyncio.Event().wait()
asyncio.run(main())`;

/** Keeps a connection to the echo and counts what comes back, in a file. */
const TALK = `
import socket, time
count = 0
with socket.create_connection(("${server}", 9095)) as it:
    while True:
        it.send(b"echo")
        count += it.recv(4) == b"echo"
        open("/run/talk", "w").write(str(count))
        time.sleep(0.05)`;

/** Opens a connection to a port every few milliseconds, and counts in a file how each ended. */
const knock = (number: number): string => `
import collections, json, os, socket, time
count = collections.Counter()
while True:
    try:
        with socket.create_connection(("${server}", ${number}), 0.5):
            count["open"] += 1
    except OSError as error:
        count[type(error).__name__] += 1
    open("/run/knock.new", "w").write(json.dumps(count))
    os.replace("/run/knock.new", "/run/knock")
    time.sleep(0.01)`;

const knocked = (on: string): Record<string, number> =>
  JSON.parse(lab.on(on, "systemctl stop knock; cat /run/knock")) as Record<string, number>;

/** What is loaded, without counters, and where the rules stand on the disk. */
const table = (): string => lab.on("server", "nft --stateless list table inet cdktf_monitoring");
const files = (): string =>
  lab.on(
    "server",
    "find /etc /opt /usr -xdev -printf '%p %i %C@\\n' | grep -v -e ' /etc/ssh' -e '/firewall/lock' | sort | md5sum",
  );

const sleep = async (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

beforeAll(async () => {
  await lab.create();
  background("server", "echo", ECHO);
}, RUN);

afterAll(() => {
  lab.destroy();
}, RUN);

describe("on a fresh server", () => {
  test(
    "a check passes, says which ports it would close, and changes nothing",
    async () => {
      const before = files();
      const { code, stdout } = await play("firewall", GUARD, "--check");
      expect(stdout).toContain("would close to unauthorized sources: 9100, 9095, 9094, 9093");
      expect(code).toBe(0);
      expect(files()).toBe(before);
    },
    RUN,
  );

  test(
    "that nft is missing is said before anything is touched",
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
    RUN,
  );

  test(
    "the run of a component closes its port before it opens",
    async () => {
      background("stranger", "knock", knock(9100));
      await succeed("node_exporter", GUARD);
      expect(reach("peer", 9100)).toBe("silent"); // an exporter waits for a whole request
      expect(lab.on("peer", `curl -s -o /dev/null -w '%{http_code}' ${server}:9100/metrics`)).toBe("200");
      expect(Object.keys(knocked("stranger"))).not.toContain("open");
    },
    RUN,
  );
});

describe("guard", () => {
  test("drops what comes to our ports from anybody who is not admitted", () => {
    expect(reach("peer", 9095)).toBe("answers");
    expect(reach("stranger", 9095)).toBe("silent");
    expect(reach("peer", 9094, "udp")).toBe("answers");
    expect(reach("stranger", 9094, "udp")).toBe("silent");
  });

  test("lets nobody to a port without sources but the server itself", () => {
    expect(reach("peer", 9093)).toBe("silent");
    expect(reach("server", 9093)).toBe("answers");
    expect(reach("server", 9093, "tcp", "127.0.0.1")).toBe("answers");
  });

  test("leaves all other ports alone", () => {
    expect(reach("stranger", 8080)).toBe("answers");
    expect(reach("stranger", 8082)).toBe("refused");
  });

  test(
    "is left alone where nothing changed",
    async () => {
      await succeed("firewall", GUARD);
      expect(lab.result("firewall").hosts.server).toMatchObject({ state: "unchanged", touched: false });
    },
    RUN,
  );

  test(
    "is as it was after a run by force",
    async () => {
      const before = files();
      await succeed("firewall", GUARD, "--force");
      expect(lab.result("firewall").hosts.server).toMatchObject({ state: "ok", changed: 0 });
      expect(files()).toBe(before);
    },
    RUN,
  );

  test(
    "is replaced without a connection lost by those who stay, and cuts off who is not admitted any more",
    async () => {
      // GIVEN
      background("peer", "knock", knock(9100));
      background("peer", "talk", TALK);
      const talked = (): number => Number(lab.on("peer", "cat /run/talk"));

      // WHEN
      const ports = [
        port("node_exporter_http", "tcp", 9100, peer, stranger),
        port("echo", "tcp", 9095),
        port("gossip", "udp", 9094, peer),
        port("closed", "tcp", 9093),
      ];
      await succeed("firewall", { ...GUARD, firewall_ports: ports });

      // THEN
      const before = talked();
      await sleep(1);
      expect(before).toBeGreaterThan(0);
      expect(talked()).toBe(before);
      const { open, ...lost } = knocked("peer");
      expect(open).toBeGreaterThan(50);
      expect(lost).toEqual({});
      lab.on("peer", "systemctl stop talk");
    },
    RUN,
  );

  test(
    "is there after a boot, before anything listens",
    () => {
      const before = table();
      lab.on("server", "nft delete table inet cdktf_monitoring");
      lab.restart("server");
      lab.on("server", "until systemctl is-active --quiet node_exporter 2>/dev/null; do sleep 0.1; done");
      background("server", "echo", ECHO);
      expect(table()).toBe(before);
      const since = (unit: string): number =>
        Number(lab.on("server", `systemctl show --value --property ActiveEnterTimestampMonotonic ${unit}`));
      for (const later of ["network-pre.target", "ssh.service", "node_exporter.service"])
        expect(since("cdktf-monitoring-firewall.service")).toBeLessThanOrEqual(since(later));
    },
    RUN,
  );

  test.each(["start", "reload", "restart", "stop"])("stays when the system's own firewall is told to %s", (verb) => {
    const before = table();
    lab.on("server", `systemctl ${verb} nftables.service`);
    expect(table()).toBe(before);
  });

  test(
    "comes back with its run when somebody has flushed it, and by the run of a component that has something to do",
    async () => {
      const before = table();
      lab.on("server", "nft flush ruleset");
      await succeed("firewall", GUARD);
      expect(table()).not.toBe(before); // the peer is admitted again
      const now = table();
      lab.on("server", "nft flush chain inet cdktf_monitoring ports; rm /etc/cdktf-monitoring/markers/node_exporter");
      await succeed("node_exporter", GUARD);
      expect(table()).toBe(now);
    },
    RUN,
  );

  test(
    "says what other rules lead around it or close its ports",
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
    RUN,
  );
});

describe("strict", () => {
  test(
    "is applied by several runs at once",
    async () => {
      lab.on("server", "rm /etc/cdktf-monitoring/markers/node_exporter");
      const outcomes = await Promise.all(["firewall", "node_exporter"].map((name) => play(name, STRICT)));
      expect(outcomes).toMatchObject([{ code: 0 }, { code: 0 }]);
      await succeed("firewall", STRICT);
      expect(lab.result("firewall").hosts.server).toMatchObject({ state: "unchanged" });
    },
    RUN,
  );

  test(
    "closes all but SSH for where we come from, our ports and those that are open",
    () => {
      expect(reach("stranger", 8080)).toBe("silent");
      expect(reach("stranger", 8081)).toBe("answers");
      expect(reach("stranger", 22)).toBe("silent");
      expect(reach("peer", 9095)).toBe("answers");
      expect(reach("stranger", 9095)).toBe("silent");
      expect(reach("server", 8080)).toBe("answers");
      expect(lab.on("peer", `ping -c 1 -W 1 ${server} > /dev/null; echo $?`)).toBe("0");
      expect(lab.on("server", "systemctl list-timers --all | grep -c cdktf-monitoring || true")).toBe("0");
    },
    RUN,
  );

  test(
    "takes rules back by itself, and says so, when no new connection comes through",
    async () => {
      // GIVEN what Ansible still is connected by stays, but nobody connects anew, until the trial is over
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
      expect(reach("stranger", 8081)).toBe("silent");
    },
    RUN,
  );
});

test(
  "nothing is left of it where it is not wanted any more",
  async () => {
    const { code, stdout } = await lab.play("cleanup", runs(GUARD, ["node_exporter"]).slice(1));
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(reach("stranger", 9095)).toBe("answers");
    const find =
      "find / -xdev -name '*firewall*' -path '*cdktf*' -not -path '/proc/*'; find /etc/systemd -path '*nftables*'";
    expect(lab.on("server", `${find}; nft list tables | grep cdktf || true`)).toBe("");
  },
  RUN,
);
