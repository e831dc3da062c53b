import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ansibleTest } from "../support/ansible";
import { CertificateTexts, Pki } from "../support/pki";
import { temporaryFolder } from "./python";
import { inventory, RunProgram, Variables } from "./run-program";

const program = new RunProgram();
const NAMES = "subjectAltName = IP:198.18.0.23, URI:cdktf-monitoring://component/prometheus";

/** The inventory with the certificate of the server. */
function given(own: Variables = files()): Variables {
  return inventory({ monitoring_certificate: { own, addresses: ["198.18.0.23"], clients: [] } });
}

function files(): Variables {
  const file = (name: string, path: string): Variables => ({ [name]: { name, file: path, version: "1" } });
  return {
    ...file("authority", "pki/authority.pem"),
    ...file("certificate", "pki/hub/prometheus.pem"),
    ...file("key", "pki/hub/prometheus-key.pem"),
  };
}

function write({ authority, certificate, key }: CertificateTexts): void {
  const texts = { "authority.pem": authority, "hub/prometheus.pem": certificate, "hub/prometheus-key.pem": key };
  for (const [path, text] of Object.entries(texts)) {
    const file = join(program.project, "pki", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

describe("certificates of a PKI of the user", () => {
  ansibleTest("let the run start, and reach no file of the run", async () => {
    const texts = new Pki(temporaryFolder()).issue(NAMES);
    write(texts);
    const { code, stderr } = await program.run(given());
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(program.calls()).toHaveLength(1);
    const found = execFileSync(
      "sh",
      ["-c", `grep -rlF -e '${texts.key.split("\n")[1] ?? ""}' ${program.state} || true`],
      {
        encoding: "utf8",
      },
    );
    expect(found).toBe("");
  });

  ansibleTest("may come from environment variables, and repeat the run on a server if they changed", async () => {
    const variable = (name: string): Variables => ({ [name]: { name, environment: name.toUpperCase(), version: "1" } });
    const own = { ...variable("authority"), ...variable("certificate"), ...variable("key") };
    const pki = new Pki(temporaryFolder());
    const fingerprints = [];
    const first = pki.issue(NAMES);
    for (const { authority, certificate, key } of [first, first, pki.issue(NAMES)]) {
      const env = { AUTHORITY: authority, CERTIFICATE: certificate, KEY: key };
      expect((await program.run(given(own), env)).code).toBe(0);
      fingerprints.push(program.host().monitoring_fingerprint);
    }
    expect(fingerprints[1]).toBe(fingerprints[0]);
    expect(fingerprints[2]).not.toBe(fingerprints[0]);
  });

  ansibleTest("stop the run before any server is touched, with server, component, file and remedy", async () => {
    const pki = new Pki(temporaryFolder());
    const texts = pki.issue("subjectAltName = IP:198.18.0.23");
    write({ ...texts, key: pki.issue(NAMES).key });
    const { code, stderr } = await program.run(given());
    expect(code).toBe(1);
    expect(program.calls()).toEqual([]);
    expect(stderr.trim().split("\n")).toEqual([
      "prometheus  error: certificates are missing or unusable on this machine. Nothing was started:",
      "  hub, prometheus: file pki/hub/prometheus-key.pem is not the key of the certificate",
      "  hub, prometheus: file pki/hub/prometheus.pem lacks the alternative names URI:cdktf-monitoring://component/prometheus: issue it again with subjectAltName = IP:198.18.0.23,URI:cdktf-monitoring://component/prometheus",
      "docs/guides/encryption.md describes the certificates, and has the commands of openssl",
    ]);
  });

  it("stop the run if a file or a variable is missing", async () => {
    const own = { ...files(), key: { name: "key", environment: "HUB_KEY", version: "1" } };
    const { code, stderr } = await program.run(given(own));
    expect(code).toBe(1);
    expect(stderr).toContain("hub, prometheus: environment variable HUB_KEY is not set: export it and deploy again");
    expect(stderr).toContain(`hub, prometheus: cannot read file ${join(program.project, "pki/authority.pem")}`);
    expect(program.calls()).toEqual([]);
  });

  ansibleTest("lead to a warning 30 days before they end", async () => {
    write(new Pki(temporaryFolder()).issue(NAMES, 10));
    const { code, stdout } = await program.run(given());
    expect(code).toBe(0);
    expect(stdout).toContain(
      "prometheus  hub, prometheus: file pki/hub/prometheus.pem ends in 9 days: issue it again, and run npx cdktf-monitoring rotate",
    );
  });
});
