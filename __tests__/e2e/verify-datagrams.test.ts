import { InventoryRun, Value } from "../../lib/inventory/inventory";
import { Measured, Outcome } from "../../lib/verify/judge";
import { isDatagram } from "../../lib/verify/plan";
import { makeReport } from "../../lib/verify/report";
import { measure } from "../../tools/cli/verify/measure";
import { Lab } from "../support/lab";
import { COMMANDS } from "../support/fleet";

/** A run takes five seconds on a slow machine, a look some more; in milliseconds. */
const RUN = 120_000;
const lab = new Lab("e2e-udp", "198.18.176.0/20", ["server", "peer", "other"]);

const port = (name: string, number: number, ...sources: string[]): Value => ({
  name,
  protocol: "udp",
  port: number,
  sources,
});

/** What the access graph would say: one of the servers has ports of UDP, and the peer is admitted to one of them. */
const RULES: InventoryRun = {
  name: "firewall",
  playbook: "firewall.yml",
  content: "test",
  component: false,
  artifacts: [],
  secrets: [],
  variables: { firewall_mode: "guard" },
  hosts: new Map([
    ["server", { firewall_ports: [port("gossip", 9094, lab.address("peer")), port("closed", 9093)] }],
    ["peer", { firewall_ports: [] }],
    ["other", { firewall_ports: [] }],
  ]),
};

/** All that is measured, where nothing is missing. */
async function look(): Promise<Measured> {
  const runs = [{ name: "firewall", command: "", state: lab.state }];
  const deployed = { prefix: "", inventory: lab.inventory([RULES]), runs };
  const measured = await measure(lab.state, deployed, { sample: 10, alert: false }, {});
  expect(measured.verdicts.filter(({ outcome }) => outcome === Outcome.NOT_MEASURED)).toEqual([]);
  return measured;
}

/** What came of datagrams, by who sent them to which port. */
const words = ({ verdicts }: Measured): Record<string, string> =>
  Object.fromEntries(
    verdicts
      .filter(({ probe }) => isDatagram(probe))
      .map(({ probe, found, outcome }) => [`${probe.from} ${probe.port}`, `${found ?? ""}, ${outcome}`]),
  );

async function deploy(): Promise<void> {
  const { code, stdout, stderr } = await lab.play("firewall", [RULES]);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
}

beforeAll(async () => {
  await lab.create();
  await deploy();
}, RUN);

afterAll(() => {
  lab.destroy();
}, RUN);

test(
  "datagrams of who is admitted are let in, though nobody has the port, and those of all others are dropped",
  async () => {
    expect(words(await look())).toMatchObject({
      "peer 9094": "let in, fine",
      "peer 9093": "dropped, fine",
      "other 9094": "dropped, fine",
      "other 9093": "dropped, fine",
      "this machine 9094": "dropped, fine",
    });
    expect(lab.on("server", "grep -c cdktf-monitoring-verify /proc/net/unix || true")).toBe("0");
  },
  RUN,
);

test(
  "whom somebody has admitted by hand, and whom he has shut out, is found, whoever else sends there",
  async () => {
    // GIVEN a peer that goes on sending
    const talk = `import socket, time
it = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True: it.sendto(b"gossip", ("${lab.address("server")}", 9094)); time.sleep(0.01)`;
    lab.on("peer", `systemd-run --quiet --collect --unit=talk python3 -c '${talk}'`);
    const set = (verb: string, name: string): string =>
      lab.on("server", `nft ${verb} element inet cdktf_monitoring udp_9094_ipv4 '{ ${lab.address(name)} }'`);
    set("delete", "peer");
    set("add", "other");

    // WHEN
    const { differences } = makeReport(await look(), COMMANDS);

    // THEN
    expect(differences.map(({ what, mend }) => `${what} => ${mend}`)).toEqual([
      expect.stringContaining("the firewall's table on server is not as it was loaded"),
      "other -> server udp/9094 (gossip): should be closed, is let in => somebody changed the firewall's table on server: play firewall on server",
      expect.stringContaining(
        "peer -> server udp/9094 (gossip): should be open, is dropped => something on the way drops it: play firewall on server;",
      ),
    ]);
  },
  RUN,
);
