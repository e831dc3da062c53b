import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { filesHash } from "../../lib/inventory/generated-file";
import { InventoryRun } from "../../lib/inventory/inventory";
import { playbooksDirectory } from "../../lib/paths";
import { readDrift } from "../../lib/verify/observation";
import { run } from "../../tools/cli/process";
import { componentRun, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";

const lab = new Lab("e2e-drift", "198.19.224.0/20", ["one"]);
const generated = mkdtempSync(join(tmpdir(), "e2e-drift-"));
const on = (command: string): string => lab.on("one", command);

const SECRET = "/etc/alertmanager/secrets/token";
const UNIT = "/etc/systemd/system/alertmanager.service";
const PROGRAM = "$(readlink -f /opt/cdktf-monitoring/alertmanager)/alertmanager";
const ROUTES = { path: "alertmanager.yml", content: "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n" };

const port = (name: string, number: number) => ({ name, protocol: "tcp", port: number, sources: [] });
const alertmanager: InventoryRun = {
  ...componentRun("alertmanager", { one: { monitoring_files_sha256: filesHash([ROUTES]) } }),
  secrets: [{ name: "token", environment: "E2E_DRIFT_TOKEN", version: "" }],
};
const runs = [
  plainRun("firewall", {
    one: { firewall_mode: "guard", firewall_ports: [port("node_exporter", 9100), port("alertmanager", 9093)] },
  }),
  componentRun("node_exporter", { one: {} }),
  alertmanager,
];
const ALL = ["firewall", "node_exporter", "alertmanager"];

async function deploy(names: readonly string[], ...options: string[]): Promise<void> {
  const environment = { E2E_DRIFT_TOKEN: "secret" };
  const { code, stdout, stderr } = await lab.deploy(
    names,
    lab.inventory(runs),
    environment,
    "--files",
    generated,
    ...options,
  );
  if (code !== 0) throw new Error(stdout + stderr);
}

/** Waits until a shell command succeeds on the server. */
const wait = (command: string): string =>
  on(`for _ in $(seq 300); do { ${command}; } 2>/dev/null && exit; sleep 0.2; done; exit 1`);

/** Lets the server compare itself with its last deploy, and returns the metrics about it that are not 0. */
function measured(): string[] {
  on("systemctl start cdktf-monitoring-drift.service");
  const lines = on(`curl -s ${lab.address("one")}:9100/metrics`).split("\n");
  return lines
    .filter((line) => /^monitoring_(firewall|deployed)/.test(line) && !/^monitoring_deployed_changes.* 0$/.test(line))
    .sort();
}

/** Runs a program of the playbooks that compares the servers over SSH, and returns the changes that it finds. */
async function compared(program: string, linesOf: (answer: Answer) => readonly string[] = ({ one = [] }) => one) {
  const { code, stdout, stderr } = await run("python3", [join(playbooksDirectory, program)], {
    environment: {
      MONITORING_STATE: lab.state,
      MONITORING_INVENTORY: gzipSync(lab.inventory(runs)).toString("base64"),
    },
    input: JSON.stringify({ servers: {}, controller: {} }),
  });
  if (code !== 0) throw new Error(stderr);
  return readDrift(linesOf(JSON.parse(stdout) as Answer)).map(({ path, change: text }) => `${path} ${text}`);
}

/** The output of `drift.py`, and that of `verify.py`. */
interface Answer {
  readonly one?: readonly string[];
  readonly servers?: { readonly one: { readonly lines: readonly string[] } };
}
const verified = () =>
  compared("verify.py", ({ servers }) =>
    (servers?.one.lines ?? []).filter((line) => line.startsWith("drift=")).map((line) => line.slice(6)),
  );

beforeAll(async () => {
  mkdirSync(join(generated, "one"));
  writeFileSync(join(generated, "one", ROUTES.path), ROUTES.content);
  await lab.create();
  await deploy(ALL);
}, 2 * RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(generated, { recursive: true });
}, RUN_TIMEOUT);

const CLEAN = ['monitoring_firewall_intact{state="intact"} 1'];
const changed = (component: string, number: number): string =>
  `monitoring_deployed_changes{component="${component}"} ${String(number)}`;
const change = (component: string, path: string, text: string): string =>
  `monitoring_deployed_change{change="${text}",component="${component}",path="${path}"} 1`;
const table = (state: string): string => `monitoring_firewall_intact{state="${state}"} 0`;
const started = (): string => on("systemctl show --property=InvocationID --value node_exporter alertmanager");

test(
  "reports nothing after a deploy, in less than a fifth of a second of CPU time",
  () => {
    expect(measured()).toEqual(CLEAN);
    const [user = 0, system = 0] = on(
      "/usr/bin/python3 -c 'import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); usage = resource.getrusage(resource.RUSAGE_CHILDREN); print(usage.ru_utime, usage.ru_stime)' /usr/bin/python3 -I -S /opt/cdktf-monitoring/drift.py export /tmp/drift.prom",
    )
      .split(" ")
      .map(Number);
    console.log(`CPU time of the check: ${String(user)} s + ${String(system)} s`);
    expect(user + system).toBeLessThan(0.2);
  },
  RUN_TIMEOUT,
);

test(
  "a restart and a stop of the firewall's unit open no port and restart no component",
  () => {
    const before = started();
    on("systemctl restart cdktf-monitoring-firewall && systemctl reload cdktf-monitoring-firewall");
    expect(measured()).toEqual(CLEAN);
    on("systemctl stop cdktf-monitoring-firewall");
    expect(measured()).toEqual(CLEAN);
    on("systemctl start cdktf-monitoring-firewall");
    expect(started()).toBe(before);
  },
  RUN_TIMEOUT,
);

test(
  "reports a flushed table, and files, modes, units and programs that changed; the next run of each component repairs them",
  async () => {
    const program = on(`echo ${PROGRAM}`);
    on(`nft flush ruleset; chmod 644 ${SECRET}; sed -i /NoNewPrivileges/d ${UNIT}
      cp -p ${PROGRAM} /tmp/patched; printf x >> /tmp/patched; mv /tmp/patched ${PROGRAM}
      touch /etc/alertmanager/templates/added.tmpl; chmod 666 /etc/cdktf-monitoring/firewall/rules.nft
      chmod 777 /etc/cdktf-monitoring/firewall $(dirname ${PROGRAM})
      rm /etc/systemd/system/multi-user.target.wants/alertmanager.service
      mkdir /etc/systemd/system/alertmanager.service.d
      printf '[Service]\nNoNewPrivileges=no\n' > /etc/systemd/system/alertmanager.service.d/own.conf`);
    const override = change(
      "alertmanager",
      `${UNIT}.d/own.conf`,
      "overrides settings of the unit, and is not from the deploy",
    );
    expect(measured()).toEqual(
      [
        change("alertmanager", "/etc/alertmanager/templates/added.tmpl", "was added"),
        change("alertmanager", SECRET, "has mode 0644 instead of 0640"),
        change("alertmanager", UNIT, "has other content"),
        change("alertmanager", "/etc/systemd/system/multi-user.target.wants/alertmanager.service", "is missing"),
        change("alertmanager", program, "has other content"),
        change("firewall", "/etc/cdktf-monitoring/firewall/rules.nft", "has mode 0666 instead of 0640"),
        override,
        change("alertmanager", dirname(program), "has mode 0777 instead of 0755"),
        change("firewall", "/etc/cdktf-monitoring/firewall", "has mode 0777 instead of 0755"),
        changed("alertmanager", 7),
        changed("firewall", 2),
        table("is missing"),
      ].sort(),
    );
    const found = await compared("drift.py");
    expect(found).toHaveLength(10);
    expect(found).toContain("table inet cdktf_monitoring is missing");
    expect(await verified()).toEqual(found);

    await deploy(ALL);
    expect(lab.result("alertmanager").hosts.one?.warnings).toContainEqual(
      `changed since the last deploy: ${SECRET} has mode 0644 instead of 0640`,
    );
    expect(lab.result("node_exporter").hosts.one).toMatchObject({ state: "unchanged" });
    expect(measured()).toEqual([override, changed("alertmanager", 1), ...CLEAN].sort());
    expect(await compared("drift.py")).toHaveLength(1);
    expect(on("systemctl is-enabled alertmanager")).toBe("enabled");
    expect(on(`stat -c %a ${SECRET}; ${PROGRAM} --version >/dev/null; grep -c NoNewPrivileges=yes ${UNIT}`)).toBe(
      "640\n1",
    );
    // The run does not remove the file, because it is not from the deploy. It does not repeat for it either.
    await deploy(ALL);
    expect(lab.result("alertmanager").hosts.one).toMatchObject({ state: "unchanged" });
    on("rm -r /etc/systemd/system/alertmanager.service.d; systemctl daemon-reload");
    expect(measured()).toEqual(CLEAN);
  },
  4 * RUN_TIMEOUT,
);

test(
  "reports a changed rule until a forced run",
  async () => {
    on(`nft insert rule inet cdktf_monitoring ports accept`);
    expect(measured()).toEqual([table("differs from the deployed rules")]);
    await deploy(["firewall"], "--force");
    expect(measured()).toEqual(CLEAN);
  },
  RUN_TIMEOUT,
);

test(
  "a service that ends with status 0 is started again",
  async () => {
    const before = started();
    on("systemctl kill --kill-whom=main --signal=TERM alertmanager");
    wait(`systemctl is-active --quiet alertmanager && curl -sf ${lab.address("one")}:9093/-/ready >/dev/null`);
    expect(started()).not.toBe(before);
    expect(on("systemctl show --property=NRestarts --value alertmanager")).toBe("1");
    await Promise.resolve();
  },
  RUN_TIMEOUT,
);

test(
  "a component loads a flushed table before it starts, and does not start without its rules",
  () => {
    on("nft flush ruleset; systemctl restart alertmanager");
    expect(measured()).toEqual(CLEAN);
    on("mv /etc/cdktf-monitoring/firewall/rules.nft /root/");
    lab.restart("one");
    for (const kind of ["node_exporter", "alertmanager"])
      wait(`[ "$(systemctl show --property=NRestarts --value ${kind})" -ge 1 ]`);
    expect(on("systemctl is-active cdktf-monitoring-firewall node_exporter alertmanager || true")).not.toMatch(
      /^active/m,
    );
    expect(on("ss --listening --numeric --tcp --no-header 'sport = 9100 or sport = 9093'")).toBe("");
    on("mv /root/rules.nft /etc/cdktf-monitoring/firewall/");
    wait("systemctl is-active --quiet node_exporter && systemctl is-active --quiet alertmanager");
  },
  RUN_TIMEOUT,
);
