import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { rootTest } from "../support/root";
import { SystemCopy } from "../support/system";

const scripts = join(playbooksDirectory, "roles/base/files");
const MARK = "# Written by cdktf-monitoring: the next deploy overwrites what is changed here.";

let system: SystemCopy;

beforeEach(async () => {
  system = new SystemCopy();
  await system.ready();
});

afterEach(() => {
  system.end();
});

/** Runs lines of shell with the functions of the scripts. */
const shell = (lines: string): string => system.on(`set -eu; . ./manifest.sh; . ./adopt.sh; ${lines}`, {}, scripts);

/** Uninstalls components, and returns the lines of the script. */
function uninstall(components: string, env: Readonly<Record<string, string>> = {}): string[] {
  return system
    .on(`sh ./uninstall.sh ${components}`, { KEEP_DATA: "yes", LEAVE: "", KINDS: "example former", ...env }, scripts)
    .split("\n")
    .filter((line) => line !== "");
}

/** Installs a component as its role does. */
const INSTALL = `
  mkdir -p /etc/cdktf-monitoring/components /etc/cdktf-monitoring/markers
  record_component example /etc/example /opt/cdktf-monitoring/example-2 /var/lib/monitoring/example
  record example file /etc/example/a.yml
  touch /etc/cdktf-monitoring/components/example /etc/cdktf-monitoring/markers/example
  id example >/dev/null 2>&1 || useradd --system --user-group example
  mkdir -p /etc/example /opt/cdktf-monitoring/example-2/bin /var/lib/monitoring/example
  touch /etc/example/a.yml /opt/cdktf-monitoring/example-2/bin/example /var/lib/monitoring/example/wal
  chown -R example: /var/lib/monitoring/example
  ln -sfn example-2 /opt/cdktf-monitoring/example
  echo "${MARK}" > /etc/systemd/system/example.service
  systemctl enable example.service; systemctl start example.service
`;
const PLACES = [
  ...["example", "cdktf-monitoring", "passwd", "group", "systemd/system"].map((name) => `/etc/${name}`),
  ...["/opt/cdktf-monitoring", "/usr/lib/systemd/system/example.service", "/var/lib/monitoring"],
];

rootTest("removes everything that was created, and nothing else", async () => {
  const before = system.listing(...PLACES);
  shell(INSTALL);
  expect(uninstall("example", { LEAVE: "yes", KEEP_DATA: "" })).toEqual([]);
  expect(system.listing(...PLACES)).toBe(before);
  expect(system.on('cat "$STATE/calls"')).toContain("reset-failed");
  expect(uninstall("example", { LEAVE: "yes", KEEP_DATA: "" })).toEqual([]);
  await Promise.resolve();
});

rootTest(
  "removes the certificate of a user-provided component, and keeps everything else that its playbook installed",
  async () => {
    const tls = "/etc/cdktf-monitoring/tls";
    shell(`mkdir -p /etc/cdktf-monitoring/own /etc/cdktf-monitoring/markers /etc/cdktf-monitoring/deployed ${tls}/example
    for name in key certificate authority; do record example file ${tls}/example/$name.pem; touch ${tls}/example/$name.pem; done
    record example folder ${tls}/example
    touch /etc/cdktf-monitoring/own/example /etc/cdktf-monitoring/markers/example /etc/cdktf-monitoring/deployed/example
    echo unit > /etc/systemd/system/example.service; systemctl start example.service`);
    expect(uninstall("example")).toEqual([]);
    const left = ["own", "markers", "deployed", "manifest", "tls"].map((name) => `/etc/cdktf-monitoring/${name}`);
    expect(system.on(`find ${left.join(" ")} -name 'example*'`)).toBe("/etc/cdktf-monitoring/own/example");
    expect(system.on("cat /etc/systemd/system/example.service; systemctl is-active example.service")).toBe(
      "unit\nactive",
    );
    await Promise.resolve();
  },
);

rootTest("keeps the data for root, and deletes it when the server leaves later without keeping data", async () => {
  shell(INSTALL);
  expect(uninstall("example")).toEqual(["data=/var/lib/monitoring/example"]);
  expect(system.on("stat -c %U /var/lib/monitoring/example/wal; ls /etc/cdktf-monitoring/components")).toBe("root");
  expect(system.on("cat /etc/cdktf-monitoring/manifest/example")).toBe("data /var/lib/monitoring/example");
  system.on("mkdir /var/lib/monitoring/others");
  uninstall("", { LEAVE: "yes", KEEP_DATA: "" });
  expect(system.on("ls /var/lib/monitoring; ls -d /etc/cdktf-monitoring 2>/dev/null || true")).toBe("others");
  await Promise.resolve();
});

rootTest("deletes data that an earlier version kept without a manifest, and no other data", async () => {
  shell(INSTALL);
  system.on("mkdir /var/lib/monitoring/former /var/lib/monitoring/others");
  uninstall("example", { LEAVE: "yes", KEEP_DATA: "" });
  expect(system.on("ls /var/lib/monitoring")).toBe("others");
  await Promise.resolve();
});

rootTest("leaves the unit and the user of a package that came after an unfinished installation", async () => {
  shell(INSTALL);
  system.on("rm /etc/systemd/system/example.service; echo '[Service]' > /usr/lib/systemd/system/example.service");
  expect(uninstall("example")).toContain("kept=the user example: /usr/lib/systemd/system/example.service may use it");
  expect(system.on("systemctl is-active example.service; id -un example")).toBe("active\nexample");
  await Promise.resolve();
});

rootTest("reports a folder with files of others, which is no obstacle for a later installation", async () => {
  shell(INSTALL);
  system.on("touch /etc/example/theirs.yml");
  expect(uninstall("example", { LEAVE: "yes" })).toEqual([
    "kept=/etc/example: it contains files that are not from cdktf-monitoring: theirs.yml",
    "data=/var/lib/monitoring/example",
    "kept=/etc/cdktf-monitoring: manifest",
  ]);
  expect(system.on("cat /etc/cdktf-monitoring/manifest/example; ls /etc/example")).toBe(
    "folder /etc/example\ntheirs.yml",
  );
  await Promise.resolve();
});

rootTest("continues after an interruption at any command", async () => {
  const before = system.listing(...PLACES);
  for (const moment of [3, 10, 20, 30, 40]) {
    shell(INSTALL);
    // Stops the script at its n-th external command.
    system.try(
      `trap 'n=$((n + 1)); [ "$n" -lt ${String(moment)} ] || exit 1' DEBUG; n=0; set -- example; . ./uninstall.sh`,
      { KEEP_DATA: "", LEAVE: "yes", KINDS: "" },
      scripts,
    );
    uninstall("example", { LEAVE: "yes", KEEP_DATA: "" });
    expect(system.listing(...PLACES)).toBe(before);
  }
  await Promise.resolve();
});

rootTest("removes an installation of an earlier version, except files of packages", async () => {
  shell(INSTALL);
  system.on("rm -r /etc/cdktf-monitoring/manifest; touch /etc/example/b.yml");
  expect(uninstall("example", { LEAVE: "yes", KEEP_DATA: "" })).toEqual([]);
  expect(system.on("ls -d /etc/example /etc/cdktf-monitoring /opt/cdktf-monitoring 2>/dev/null || true")).toBe("");
  expect(system.try("id example").status).not.toBe(0);
  await Promise.resolve();
});

describe("an adopted installation", () => {
  const FOREIGN = `
    useradd --system --user-group --home-dir /srv example
    mkdir -p /etc/example/rules; echo theirs > /etc/example/a.yml; echo rule > /etc/example/rules/own.yml
    chown -R example: /etc/example; chmod 0711 /etc/example; chmod 0604 /etc/example/a.yml
    echo "[Service]" > /usr/lib/systemd/system/example.service
    systemctl enable example.service; systemctl start example.service
  `;
  const ADOPT = `keep_copy example /etc/example; stop_former_units example; ${INSTALL}
    echo ours > /etc/example/a.yml; chown -R root: /etc/example; chmod 0750 /etc/example; rm -r /etc/example/rules`;

  rootTest("is restored with its files, owners, modes and the state of its unit", async () => {
    shell(FOREIGN);
    const before = system.listing(...PLACES);
    shell(ADOPT);
    expect(system.on("cat /etc/cdktf-monitoring/manifest/example")).not.toContain("user example");
    uninstall("example", { LEAVE: "yes", KEEP_DATA: "" });
    expect(system.listing(...PLACES)).toBe(before);
    expect(system.on("systemctl is-enabled example.service; systemctl is-active example.service")).toBe(
      "enabled\nactive",
    );
    await Promise.resolve();
  });

  rootTest("is restored after an interrupted adoption that was repeated", async () => {
    shell(FOREIGN);
    const before = system.listing(...PLACES);
    shell(`keep_copy example /etc/example; systemctl stop example.service; echo ours > /etc/example/a.yml`);
    shell(ADOPT);
    uninstall("example", { LEAVE: "yes", KEEP_DATA: "" });
    expect(system.listing(...PLACES)).toBe(before);
    expect(system.on("systemctl is-active example.service")).toBe("active");
    await Promise.resolve();
  });

  rootTest("keeps files that others changed since", async () => {
    shell(FOREIGN);
    shell(ADOPT);
    system.on(
      "echo newer > /etc/example/theirs.yml; mkdir /etc/example/rules; echo newer > /etc/example/rules/own.yml",
    );
    uninstall("example", { LEAVE: "yes", KEEP_DATA: "" });
    expect(system.on("cd /etc/example; cat a.yml theirs.yml rules/own.yml; stat -c %a .")).toBe(
      "theirs\nnewer\nnewer\n711",
    );
    await Promise.resolve();
  });
});
