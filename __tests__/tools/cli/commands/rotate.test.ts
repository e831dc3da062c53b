import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackDirectory } from "../../../../tools/cli/stack-outputs";
import { ansibleTest } from "../../../support/ansible";
import { Pki } from "../../../support/pki";
import { runTool, ToolResult } from "../../../support/tools";

const STACK = `test-rotate-${process.pid}`;
const AGAIN = `npm run rotate -- --certificates --stack ${STACK}`;

let folder = "";

/** Replaces ssh: runs the command on this machine, with another folder for the authority. */
const ssh = (authority: string): string => `#!/bin/sh
for last; do :; done
exec sh -c "$(printf '%s' "$last" | sed 's#/var/lib/monitoring/certificate_authority#${authority}#g')"
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotate-"));
  for (const name of ["bin", "authority"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "bin", "ssh"), ssh(join(folder, "authority")), { mode: 0o755 });
  new Pki(folder);
  const copies = "cp authority.pem authority/certificate.pem && mv authority-key.pem authority/key.pem";
  execFileSync("sh", ["-c", copies], { cwd: folder });
  mkdirSync(stackDirectory(STACK), { recursive: true });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  rmSync(stackDirectory(STACK), { recursive: true });
});

/** Writes the outputs of a deployed stack whose runs print their names, and fail while a file exists. */
function deployed(...names: readonly string[]): void {
  const hub = {
    ansible_host: "198.18.0.9",
    ansible_port: 22,
    ansible_user: "root",
    monitoring_ssh: { host_keys: ["ssh-ed25519 AAAA"], alias: "hub-1", wait: 0 },
  };
  const children = Object.fromEntries(
    names.map((name) => [
      `run_${name}`,
      { hosts: { hub: name === "certificate_authority" ? {} : { monitoring_certificate: {} } } },
    ]),
  );
  const inventory = { all: { vars: { monitoring_name: "test" }, hosts: { hub }, children } };
  const state = join(folder, ".cdktf-monitoring", "test");
  mkdirSync(state, { recursive: true });
  const command = (name: string): string => `echo "run ${name}"; [ ! -e ${folder}/fail-${name} ] || exit 4; true`;
  const runs = names.map((name) => ({ name, command: command(name), state }));
  const path = join(folder, "terraform.tfstate");
  const outputs = { runs: { value: JSON.stringify(runs) }, inventory: { value: JSON.stringify(inventory) } };
  writeFileSync(path, JSON.stringify({ outputs }));
  const backend = { local: { path } };
  writeFileSync(join(stackDirectory(STACK), "cdk.tf.json"), JSON.stringify({ terraform: { backend } }));
}

function rotate(...args: readonly string[]): ToolResult {
  return runTool("cli/commands/rotate.ts", ["--certificates", "--stack", STACK, ...args], {
    PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}`,
  });
}

describe("npm run rotate -- --certificates", () => {
  ansibleTest("stops at a server that fails, continues with the next call, and replaces the authority", () => {
    // GIVEN
    deployed("certificate_authority", "node_exporter", "prometheus");
    writeFileSync(join(folder, "fail-node_exporter"), "");
    const certificate = (): string => readFileSync(join(folder, "authority", "certificate.pem"), "utf8");
    const before = certificate();

    // WHEN
    const stopped = rotate();
    const between = rotate("--check");
    rmSync(join(folder, "fail-node_exporter"));
    const complete = rotate();

    // THEN
    expect(stopped.status).toBe(1);
    expect(stopped.stdout).toMatch(
      /^Phase 1 of 3: .*\nrun node_exporter\nrun prometheus\nPhase 1 of 3 is not complete\./,
    );
    expect(stopped.stdout).toContain(`  node_exporter: hub\n`);
    expect(stopped.stdout).toContain(AGAIN);
    expect(between.status).toBe(0);
    expect(between.stdout).toMatch(
      /A rotation is in phase 1 of 3: .*\nnode_exporter {2}on hub\nprometheus {2}on hub\n$/,
    );
    expect(complete.status).toBe(0);
    expect(complete.stdout.match(/^(Phase \d|run \w+)/gm)).toEqual(
      [1, 2, 3].flatMap((phase) => [`Phase ${phase}`, "run node_exporter", "run prometheus"]),
    );
    expect(complete.stdout).toContain(
      "Replaced the authority on hub, and the certificates of 2 components on 1 server.",
    );
    expect(certificate()).not.toBe(before);
  });

  ansibleTest("reports an authority that cannot be read", () => {
    deployed("certificate_authority", "node_exporter");
    rmSync(join(folder, "authority", "key.pem"));
    const { status, stderr } = rotate();
    expect(status).toBe(1);
    expect(stderr).toContain("hub has no certificate authority (its key or its certificate is missing): deploy again");
  });

  ansibleTest("reports a stack without an authority, and surplus secrets", () => {
    deployed("node_exporter");
    expect(rotate().stderr).toContain(`the stack "${STACK}" has no certificate authority: set transport:`);
    expect(rotate("SLACK_URL").stderr).toContain("--certificates replaces all certificates: leave out the secrets");
  });
});
