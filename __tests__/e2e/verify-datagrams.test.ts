import { InventoryRun } from "../../lib/inventory/inventory";
import { Value } from "../../lib/inventory/variables";
import { Measurement } from "../../lib/verify/measurement";
import { Outcome } from "../../lib/verify/outcome";
import { isDatagram } from "../../lib/verify/plan";
import { makeReport } from "../../lib/verify/report";
import { measure } from "../../tools/cli/verify/measure";
import { COMMANDS } from "../support/fleet";
import { Lab, plainRun, RUN_TIMEOUT } from "../support/lab";

const lab = new Lab("e2e-udp", "198.18.176.0/20", ["server", "peer", "other"]);

const port = (name: string, number: number, ...sources: string[]): Value => ({
  name,
  protocol: "udp",
  port: number,
  sources,
});

/** Firewall rules: one server has two UDP ports, and the peer may reach one of them. */
const RULES: InventoryRun = {
  ...plainRun("firewall", {
    server: { firewall_ports: [port("gossip", 9094, lab.address("peer")), port("closed", 9093)] },
    peer: { firewall_ports: [] },
    other: { firewall_ports: [] },
  }),
  variables: { firewall_mode: "guard" },
};

/** Measures the servers, and expects that every probe is measured. */
async function measureAll(): Promise<Measurement> {
  const runs = [{ name: "firewall", command: "", state: lab.state }];
  const deployed = { prefix: "", inventory: lab.inventory([RULES]), runs };
  const measurement = await measure(lab.state, deployed, { sample: 10, alert: false }, {});
  expect(measurement.verdicts.filter(({ outcome }) => outcome === Outcome.NOT_MEASURED)).toEqual([]);
  return measurement;
}

/** The results of datagrams, by source and port. */
const datagrams = ({ verdicts }: Measurement): Record<string, string> =>
  Object.fromEntries(
    verdicts
      .filter(({ probe }) => isDatagram(probe))
      .map(({ probe, observed, outcome }) => [`${probe.from} ${probe.port}`, `${observed ?? ""}, ${outcome}`]),
  );

beforeAll(async () => {
  await lab.create();
  const { code, stdout, stderr } = await lab.play("firewall", [RULES]);
  if (code !== 0) throw new Error(stdout + stderr);
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
}, RUN_TIMEOUT);

it(
  "passes if datagrams of allowed sources are received and all others are dropped, also without a service on the port",
  async () => {
    expect(datagrams(await measureAll())).toMatchObject({
      "peer 9094": "received, pass",
      "peer 9093": "dropped, pass",
      "other 9094": "dropped, pass",
      "other 9093": "dropped, pass",
      "this machine 9094": "dropped, pass",
    });
    expect(lab.on("server", "grep -c cdktf-monitoring-verify /proc/net/unix || true")).toBe("0");
  },
  RUN_TIMEOUT,
);

it(
  "fails for sources that somebody added to or removed from the table, while another server sends packets",
  async () => {
    // GIVEN a peer that sends continuously
    const talk = `import socket, time
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True: sender.sendto(b"gossip", ("${lab.address("server")}", 9094)); time.sleep(0.01)`;
    lab.on("peer", `systemd-run --quiet --collect --unit=talk python3 -c '${talk}'`);
    const set = (verb: string, name: string): string =>
      lab.on("server", `nft ${verb} element inet cdktf_monitoring udp_9094_ipv4 '{ ${lab.address(name)} }'`);
    set("delete", "peer");
    set("add", "other");

    // WHEN
    const { failures } = makeReport(await measureAll(), COMMANDS);

    // THEN
    expect(failures).toEqual([
      {
        problem: "the firewall table on server was changed after it was loaded",
        fix: "play firewall on server",
      },
      {
        problem: "other -> server udp/9094 (gossip): expected closed, observed received",
        cause: "the firewall table on server was changed",
        fix: "play firewall on server",
      },
      {
        problem: "peer -> server udp/9094 (gossip): expected open, observed dropped",
        cause: "the packets are dropped on the way",
        fix: expect.stringMatching(/^play firewall on server; if /) as string,
      },
    ]);
  },
  RUN_TIMEOUT,
);
