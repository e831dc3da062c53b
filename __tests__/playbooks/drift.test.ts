import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { DRIFT_METRICS } from "../../lib/metrics/drift-metrics";
import { rootTest } from "../support/root";
import { SystemCopy } from "../support/system";

const PROGRAM = join(playbooksDirectory, "roles/base/files/drift.py");
const RELEASE = "/opt/cdktf-monitoring/example-1";
const UNIT = "/etc/systemd/system/example.service";
/** A certificate that ends at the begin of 2027. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIHQMIGDoAMCAQICAQEwBQYDK2VwMBIxEDAOBgNVBAMMB2V4YW1wbGUwHhcNMjYw
MTAxMDAwMDAwWhcNMjcwMTAxMDAwMDAwWjASMRAwDgYDVQQDDAdleGFtcGxlMCow
BQYDK2VwAyEA9d2lUVF4XSoUnNqH1OsPE0bfxUCojdLJ0rkrPH6o5bswBQYDK2Vw
A0EAlyMXkGwwCHEuLwKYFBO8CCgxF+mceOPkrHppI+vhwLOMAnxoM/voP3m/lBhw
84UpNzAySf4J+D/U7U3hqNeGCg==
-----END CERTIFICATE-----`;

let system: SystemCopy;

beforeEach(async () => {
  system = new SystemCopy();
  await system.ready();
  system.on(`mkdir -p /etc/cdktf-monitoring/components /etc/cdktf-monitoring/manifest /etc/example/owned ${RELEASE}/bin
    rm -f /etc/cdktf-monitoring/components/*
    printf '%s\\n' 'user example' 'folder ${RELEASE}' 'folder ${RELEASE}.previous' 'link /opt/cdktf-monitoring/example' \
      'unit ${UNIT}' 'folder /etc/example' 'file /etc/example/a b.yml' 'file /etc/example/owned/c' 'file /etc/example/never' \
      'data /var/lib/monitoring/example' 'file /var/lib/monitoring/example/state' > /etc/cdktf-monitoring/manifest/example
    touch /etc/cdktf-monitoring/components/example
    echo 1 > '/etc/example/a b.yml'; echo 1 > /etc/example/owned/c; echo unit > ${UNIT}; echo program > ${RELEASE}/bin/example
    chmod 640 '/etc/example/a b.yml'; chmod 755 ${RELEASE}/bin/example
    ln -sfn example-1 /opt/cdktf-monitoring/example; mkdir -p /var/lib/monitoring/example; echo 1 > /var/lib/monitoring/example/state
    mkdir -p /etc/systemd/system/x.wants; ln -s ${UNIT} /etc/systemd/system/x.wants/example.service`);
});

afterEach(() => {
  system.end();
});

/** Runs the program, with its memory of digests in the copy of the system. */
const drift = (...words: readonly string[]): string =>
  system.on(
    `sed 's,^DIGESTS = .*,DIGESTS = "/var/lib/digests/digests.json",' ${PROGRAM} | python3 -I -S - ${words.join(" ")}`,
  );
const record = (): string => drift("record example /etc/example/owned");
/** Returns the changes to the component, as `repair path change`. */
const changes = (): string[] =>
  drift("changes example")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/^example\t/, "").replaceAll("\t", " "));

rootTest("finds no changes after it recorded a component, and none in its data folder", async () => {
  record();
  expect(changes()).toEqual([]);
  system.on("echo 2 > /var/lib/monitoring/example/state; touch /etc/example/of-others");
  expect(changes()).toEqual([]);
  expect(system.on("stat -c %a /etc/cdktf-monitoring/deployed /etc/cdktf-monitoring/deployed/example")).toBe(
    "700\n600",
  );
  await Promise.resolve();
});

for (const [title, command, expected] of [
  ["a changed file", "echo 2 > '/etc/example/a b.yml'", "run /etc/example/a b.yml has other content"],
  [
    "a changed file with its former time and size",
    "touch -r '/etc/example/a b.yml' /tmp/time; printf '2\\n' > '/etc/example/a b.yml'; touch -r /tmp/time '/etc/example/a b.yml'",
    "run /etc/example/a b.yml has other content",
  ],
  ["a changed mode", "chmod 644 '/etc/example/a b.yml'", "run /etc/example/a b.yml has mode 0644 instead of 0640"],
  [
    "a changed owner",
    "chown daemon: '/etc/example/a b.yml'",
    "run /etc/example/a b.yml belongs to daemon:daemon instead of root:root",
  ],
  ["a changed mode of a folder", "chmod 777 /etc/example", "run /etc/example has mode 0777 instead of 0755"],
  ["a missing file", "rm /etc/example/owned/c", "run /etc/example/owned/c is missing"],
  ["a folder in the place of a file", `rm ${UNIT}; mkdir ${UNIT}`, `run ${UNIT} is a folder instead of a file`],
  ["a changed program", `echo x >> ${RELEASE}/bin/example`, `run ${RELEASE}/bin/example has other content`],
  ["a file that was added to a release", `touch ${RELEASE}/lib.so`, `run ${RELEASE}/lib.so was added`],
  ["a file that was added to a folder of the role", "touch /etc/example/owned/d", "run /etc/example/owned/d was added"],
  [
    "a link to another release",
    "ln -sfn example-2 /opt/cdktf-monitoring/example",
    "run /opt/cdktf-monitoring/example leads to example-2 instead of example-1",
  ],
  [
    "a disabled unit",
    "rm /etc/systemd/system/x.wants/example.service",
    "run /etc/systemd/system/x.wants/example.service is missing",
  ],
  [
    "a drop-in of others",
    `mkdir ${UNIT}.d; touch ${UNIT}.d/own.conf`,
    `hand ${UNIT}.d/own.conf overrides settings of the unit, and is not from the deploy`,
  ],
] as const)
  rootTest(`finds ${title}`, async () => {
    record();
    expect(changes()).toEqual([]);
    system.on(command);
    expect(changes()).toEqual([expected]);
    await Promise.resolve();
  });

rootTest("reports a component that no deploy recorded", async () => {
  expect(changes()).toEqual([
    "run /etc/cdktf-monitoring/deployed/example is missing, because no deploy of the component has succeeded",
  ]);
  await Promise.resolve();
});

rootTest("reads files again if another process wrote the digests, and all files on request", async () => {
  record();
  system.on("echo malformed > /var/lib/digests/digests.json");
  expect(changes()).toEqual([]);
  const forged = `python3 - <<'END'
import json, os
path = "/etc/example/a b.yml"
open(path, "w").write("forged")
status = os.stat(path)
identity = [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
digest = json.load(open("/etc/cdktf-monitoring/deployed/example"))["files"][path][4]
json.dump({path: [identity, digest]}, open("/var/lib/digests/digests.json", "w"))
END`;
  system.on(forged);
  expect(changes()).toEqual([]);
  expect(system.on(`FULL=yes python3 -I -S ${PROGRAM} changes example`)).toContain("has other content");
  await Promise.resolve();
});

rootTest("exports the number of changes of each component, and at most ten changes", async () => {
  record();
  const files = Array.from({ length: 12 }, (_, index) => `${RELEASE}/lib${String(index)}`);
  system.on(`touch ${files.join(" ")}; mkdir -p /var/lib/textfile`);
  drift("export /var/lib/textfile/drift.prom");
  const lines = system.on("cat /var/lib/textfile/drift.prom; stat -c %a /var/lib/textfile/drift.prom").split("\n");
  expect(lines).toContain('monitoring_deployed_changes{component="example"} 12.0');
  expect(lines).toContain(
    `monitoring_deployed_change{component="example",path="${RELEASE}/lib0",change="was added"} 1.0`,
  );
  expect(lines.filter((line) => line.startsWith("monitoring_deployed_change{"))).toHaveLength(10);
  expect(lines.at(-1)).toBe("644");
  expect(system.on("ls -A /var/lib/textfile")).toBe("drift.prom");
  await Promise.resolve();
});

rootTest("reports when the certificates of components and of the authority end", async () => {
  const folders = ["example", "malformed"].map((name) => `/etc/cdktf-monitoring/tls/${name}`);
  const authority = "/var/lib/monitoring/certificate_authority";
  system.on(`mkdir -p ${folders.join(" ")} ${authority} /var/lib/textfile
    touch /etc/cdktf-monitoring/components/malformed /etc/cdktf-monitoring/components/certificate_authority
    echo malformed > ${folders[1] ?? ""}/certificate.pem
    for folder in ${folders[0] ?? ""} ${authority}; do echo '${CERTIFICATE}' > $folder/certificate.pem; done`);
  const end = Date.UTC(2027, 0, 1) / 1000;
  expect(drift("certificates")).toBe(`certificate_authority\t${String(end)}\nexample\t${String(end)}`);
  drift("export /var/lib/textfile/drift.prom");
  expect(system.on("grep '^monitoring_certificate' /var/lib/textfile/drift.prom").split("\n")).toEqual(
    ["certificate_authority", "example"].map(
      (name) => `monitoring_certificate_expiry_timestamp_seconds{component="${name}"} ${end.toFixed(1)}`,
    ),
  );
  await Promise.resolve();
});

rootTest("includes a user-provided component as soon as a run has recorded its certificate", async () => {
  const folder = "/etc/cdktf-monitoring/tls/example";
  system.on(`rm /etc/cdktf-monitoring/components/example; mkdir -p /etc/cdktf-monitoring/own ${folder}
    touch /etc/cdktf-monitoring/own/example /etc/cdktf-monitoring/own/without
    echo '${CERTIFICATE}' > ${folder}/certificate.pem; echo key > ${folder}/key.pem; chmod 640 ${folder}/key.pem
    printf '%s\\n' 'folder ${folder}' 'file ${folder}/certificate.pem' 'file ${folder}/key.pem' > /etc/cdktf-monitoring/manifest/example`);
  expect([drift("changes"), drift("certificates")]).toEqual(["", ""]);
  drift("record example");
  expect(drift("certificates")).toBe(`example\t${String(Date.UTC(2027, 0, 1) / 1000)}`);
  system.on(`chmod 644 ${folder}/key.pem`);
  expect(drift("changes")).toBe(`example\trun\t${folder}/key.pem\thas mode 0644 instead of 0640`);
  await Promise.resolve();
});

rootTest("reports when the certificates of host names end, and which names have none", async () => {
  const [name, missing] = ["grafana.example.com", "prometheus.example.com"];
  const issued = `/var/lib/monitoring/gateway/caddy/certificates/acme-directory/${name}`;
  // The certificate of an earlier ACME server.
  const former = issued.replace("acme-directory", "staging").replace(name, missing);
  system.on(`rm -rf /etc/cdktf-monitoring/components/* && mkdir -p /etc/gateway/acme /var/lib/textfile ${issued} ${former}
    printf 'acme-directory %s\\n' '${name}' '${missing}' >/etc/gateway/acme/names
    echo '${CERTIFICATE}' | tee ${issued}/${name}.crt >${former}/${missing}.crt`);
  const end = Date.UTC(2027, 0, 1) / 1000;
  expect(drift("certificates")).toBe(`gateway\t${String(end)}\t${name}\ngateway\t0\t${missing}`);
  drift("export /var/lib/textfile/drift.prom");
  const metric = "monitoring_certificate_expiry_timestamp_seconds";
  expect(system.on("grep '^monitoring_certificate' /var/lib/textfile/drift.prom").split("\n")).toEqual([
    `${metric}{component="gateway",name="${name}"} ${end.toFixed(1)}`,
    `${metric}{component="gateway",name="${missing}"} 0.0`,
  ]);
  system.on("rm -rf /etc/gateway");
  await Promise.resolve();
});

it("exports the metrics that rules may use", () => {
  const exported = [...readFileSync(PROGRAM, "utf8").matchAll(/yield "(monitoring_\w+)"/g)].map(([, name]) => name);
  expect([...new Set(exported)].sort()).toEqual([...DRIFT_METRICS]);
  expect(existsSync(PROGRAM) && spawnSync("python3", [PROGRAM]).status).toBe(1);
});

rootTest("ignores the numbers of users in the rules of the firewall, but not its rules", async () => {
  const rules = "/etc/cdktf-monitoring/firewall/rules.nft";
  system.on(`mkdir -p /etc/cdktf-monitoring/firewall; touch /etc/cdktf-monitoring/components/firewall
    printf '%s\\n' 'file ${rules}' 'file /etc/cdktf-monitoring/firewall/loaded.sha256' > /etc/cdktf-monitoring/manifest/firewall
    echo 1 > /etc/cdktf-monitoring/firewall/loaded.sha256
    printf '%s\\n' 'table inet t' 'add element inet t users { 1 }' > ${rules}`);
  const ofFirewall = (): string => drift("changes firewall");
  drift("record firewall");
  system.on(`sed -i 's/{ 1 }/{ 2 }/' ${rules}; echo 2 > /etc/cdktf-monitoring/firewall/loaded.sha256`);
  expect(ofFirewall()).not.toContain(rules);
  system.on(`sed -i 's/table/chain/' ${rules}`);
  expect(ofFirewall()).toContain(rules);
  await Promise.resolve();
});
