import { Owner } from "../../lib/inventory/inventory";
import { Variables } from "../../lib/inventory/variables";
import { RunResult } from "../../tools/cli/process";
import { componentRun, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";

const lab = new Lab("e2e-ownership", "198.19.176.0/20", ["one"]);
const PROMETHEUS: Variables = {
  prometheus_port: 9090,
  prometheus_external_url: "http://198.19.176.10:9090",
  prometheus_retention_time: "15d",
};

const on = (command: string): string => lab.on("one", command);

/** Installs a package that owns the same names as the one of Debian, and runs its service as the user prometheus. */
function installPackage(name: string, config: string, port: number): void {
  on(`set -e; d=$(mktemp -d); mkdir -p $d/DEBIAN $d/etc/prometheus $d/lib/systemd/system
    printf 'Package: ${name}\\nVersion: 2.42.0\\nArchitecture: all\\nMaintainer: Test <test@example.org>\\nDescription: test\\n' > $d/DEBIAN/control
    echo /etc/prometheus/${config} > $d/DEBIAN/conffiles
    echo "# theirs" > $d/etc/prometheus/${config}
    printf '[Service]\\nUser=prometheus\\nExecStart=/usr/bin/python3 -m http.server ${String(port)}\\n[Install]\\nWantedBy=multi-user.target\\n' > $d/lib/systemd/system/${name}.service
    printf '#!/bin/sh\\nid prometheus >/dev/null 2>&1 || useradd --system --user-group --home-dir /var/lib/prometheus prometheus\\n' > $d/DEBIAN/postinst
    chmod 755 $d/DEBIAN/postinst; dpkg-deb --build $d $d.deb >/dev/null; dpkg -i $d.deb >/dev/null
    chown -R prometheus:prometheus /etc/prometheus; chmod 0751 /etc/prometheus; chmod 0604 /etc/prometheus/${config}
    systemctl daemon-reload; systemctl enable --now ${name}.service 2>/dev/null`);
}

/** Lists all files that a run can change, with their digests, owners and modes, and the states of the services. */
const listing = (): string =>
  on(`find /etc /opt /root /usr/lib/systemd /var/lib/monitoring -xdev \\( -type f -exec sha256sum {} + , -printf '%p %M %u:%g %l\\n' \\) | sort
    systemctl is-enabled prometheus prometheus-alertmanager; systemctl is-active prometheus prometheus-alertmanager
    nft list tables`);

/** Plays the run of a component, or `leave`, for a monitoring. */
async function play(name: string, variables: Variables, owner?: Owner): Promise<RunResult> {
  const run = name === "leave" ? plainRun(name, { one: variables }) : componentRun(name, { one: variables });
  const inventory = JSON.parse(lab.inventory([run])) as { all: { vars: Record<string, unknown> } };
  inventory.all.vars.monitoring_owner = owner ?? null;
  if (owner === undefined) delete inventory.all.vars.monitoring_owner;
  return lab.playInventory(name, JSON.stringify(inventory));
}

async function succeed(name: string, variables: Variables, owner?: Owner): Promise<string> {
  const { code, stdout } = await play(name, variables, owner);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
  return stdout;
}

beforeAll(async () => {
  await lab.create();
}, RUN_TIMEOUT);

afterAll(() => {
  delete process.env.CDKTF_MONITORING_TRANSFER;
  lab.destroy();
}, RUN_TIMEOUT);

describe("the packages of a distribution", () => {
  let before: string;

  beforeAll(() => {
    installPackage("prometheus", "prometheus.yml", 9090);
    installPackage("prometheus-alertmanager", "alertmanager.yml", 9093);
    before = listing();
  }, RUN_TIMEOUT);

  test(
    "are refused with their files, packages and remedies, and no byte on the server changes",
    async () => {
      const { code, stdout } = await play("prometheus", PROMETHEUS);
      expect(code).not.toBe(0);
      expect(stdout).toContain(
        "prometheus is already installed, and not by cdktf-monitoring: user prometheus, unit /usr/lib/systemd/system/prometheus.service, folder /etc/prometheus (packages: prometheus prometheus-alertmanager). Nothing was changed. Remove it (apt-get purge prometheus) or set adopt: true",
      );
      expect(listing()).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "are taken over with adopt, without an effect on the services that share their folder and user",
    async () => {
      await succeed("prometheus", { ...PROMETHEUS, monitoring_adopt: true });
      expect(on("curl -s http://198.19.176.10:9090/api/v1/status/buildinfo")).toContain('"status":"success"');
      expect(on("systemctl show --property FragmentPath --value prometheus")).toBe(
        "/etc/systemd/system/prometheus.service",
      );
      expect(
        on(
          "cat /etc/prometheus/alertmanager.yml; systemctl restart prometheus-alertmanager; systemctl is-active prometheus-alertmanager",
        ),
      ).toBe("# theirs\nactive");
    },
    RUN_TIMEOUT,
  );

  test(
    "are as they were before, and run again, after our component was uninstalled",
    async () => {
      await succeed("leave", { monitoring_components: [], cleanup_keep_data: false });
      expect(listing()).toBe(before);
      expect(on("systemctl show --property FragmentPath --value prometheus")).toMatch(/^(\/usr)?\/lib\/systemd/);
    },
    RUN_TIMEOUT,
  );
});

test.each([
  ["grafana", "useradd --system --user-group grafana", "user grafana"],
  ["loki", "mkdir /etc/loki; touch /etc/loki/theirs.yml", "folder /etc/loki"],
  [
    "node_exporter",
    "echo '[Service]' > /etc/systemd/system/node_exporter.service",
    "unit /etc/systemd/system/node_exporter.service",
  ],
])(
  "a foreign %s is refused by every run on its server",
  async (kind, install, thing) => {
    on(install);
    const before = listing();
    const runs = [
      componentRun("node_exporter", { one: {} }),
      componentRun(kind === "node_exporter" ? "prometheus" : kind, { one: {} }),
    ];
    const { code, stdout } = await lab.play("node_exporter", runs);
    expect(code).not.toBe(0);
    expect(stdout).toContain(`${kind} is already installed, and not by cdktf-monitoring: ${thing}`);
    expect(listing()).toBe(before);
    on(
      `userdel grafana 2>/dev/null; rm -rf /etc/loki /etc/systemd/system/node_exporter.service; systemctl daemon-reload`,
    );
  },
  RUN_TIMEOUT,
);

describe("a server of another monitoring", () => {
  const first = { id: "1", name: "first/monitoring" };
  const second = { id: "2", name: "second/monitoring" };
  const leave = { monitoring_components: [], cleanup_keep_data: false };

  test(
    "is refused with both names, and nothing changes",
    async () => {
      await succeed("node_exporter", {}, first);
      const before = listing();
      const { code, stdout } = await play("node_exporter", { node_exporter_port: 9200 }, second);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/belongs to the monitoring "first\/monitoring" \(since .*, "second\/monitoring"/);
      expect(stdout).toContain("CDKTF_MONITORING_TRANSFER='first/monitoring'");
      expect(listing()).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "is taken over with its components by a transfer, and the former monitoring leaves without an effect",
    async () => {
      process.env.CDKTF_MONITORING_TRANSFER = first.name;
      await succeed("node_exporter", { node_exporter_port: 9200 }, second);
      delete process.env.CDKTF_MONITORING_TRANSFER;
      const before = listing();
      const output = await succeed("leave", leave, first);
      expect(output).toContain(
        "nothing was uninstalled, because the server belongs to the monitoring second/monitoring",
      );
      expect(listing()).toBe(before);
    },
    2 * RUN_TIMEOUT,
  );

  test(
    "has nothing of us left after its monitoring left, except for the data folder of a volume",
    async () => {
      await succeed("leave", leave, second);
      expect(
        on(
          "ls -d /etc/cdktf-monitoring /opt/cdktf-monitoring 2>/dev/null; ls -A /var/lib/monitoring; getent passwd node_exporter; nft list tables | grep cdktf; systemctl --failed --no-legend; true",
        ),
      ).toBe("");
    },
    RUN_TIMEOUT,
  );
});
