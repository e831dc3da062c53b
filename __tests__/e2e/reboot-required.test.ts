import { componentRun, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";

const lab = new Lab("e2e-reboot", "198.18.240.0/20", ["one"]);
const UNIT = "cdktf-monitoring-reboot-required";
const runs = [
  componentRun("node_exporter", {
    one: { node_exporter_port: 9100, node_exporter_collectors: ["systemd"] },
  }),
];

const on = (command: string): string => lab.on("one", command);

/** Returns the value of the metric that the alert RebootRequired reads. */
function required(): string {
  const metrics = on(`curl -s ${lab.address("one")}:9100/metrics`).split("\n");
  const found = metrics.filter((line) => line.includes(`name="${UNIT}.service"`) && line.includes('state="active"'));
  return found.map((line) => line.replace(/^.* /, "")).join(" ");
}

beforeAll(async () => {
  await lab.create();
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
}, RUN_TIMEOUT);

test(
  "the node exporter reports from the creation of /run/reboot-required to the reboot that a reboot is required",
  async () => {
    const first = await lab.play("node_exporter", runs);
    expect(first).toMatchObject({ code: 0 });
    expect(required()).toBe("0");
    on("touch /run/reboot-required; sleep 1");
    expect(required()).toBe("1");
    lab.restart("one");
    on(`until curl -sf ${lab.address("one")}:9100/metrics >/dev/null; do sleep 1; done`);
    expect(required()).toBe("0");
    on("touch /run/reboot-required; sleep 1");
    expect(required()).toBe("1");
  },
  RUN_TIMEOUT,
);

test(
  "a second deploy changes nothing",
  async () => {
    const before = on(`systemctl show --property=ActiveEnterTimestampMonotonic ${UNIT}.path ${UNIT}.service`);
    const { code } = await lab.play("node_exporter", runs, "--force");
    expect(code).toBe(0);
    expect(lab.result("node_exporter").hosts.one).toMatchObject({ changed: 0 });
    expect(on(`systemctl show --property=ActiveEnterTimestampMonotonic ${UNIT}.path ${UNIT}.service`)).toBe(before);
  },
  RUN_TIMEOUT,
);

test(
  "the uninstallation removes the units",
  async () => {
    const cleanup = plainRun("cleanup", { one: { monitoring_components: [] } });
    const { code, stdout } = await lab.play("cleanup", [cleanup]);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(on(`find /etc/systemd -name '*reboot-required*'; systemctl list-units --all --no-legend '${UNIT}*'`)).toBe(
      "",
    );
  },
  RUN_TIMEOUT,
);
