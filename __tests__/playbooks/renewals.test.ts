import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, temporaryFolder } from "./python";

const SCRIPT = `
import sys
from datetime import datetime, timezone
from pathlib import Path
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from controller import renewals
from controller.inventory import Run
state, folder, now, hosts = Path(sys.argv[2]), Path(sys.argv[3]), datetime.fromisoformat(sys.argv[4]), sys.argv[5:]
renewals.record(state, folder, Run("node_exporter", {}, {}, {host: {"monitoring_certificate": {"clients": []}} if host != "plain" else {} for host in hosts}), now)
`;

afterAll(removeFolders);

class Stack {
  public readonly state = temporaryFolder();
  private readonly folder = join(this.state, "runs", "node_exporter");
  private readonly file = join(this.state, "certificates", "node_exporter.json");

  /** Notes when the certificate of a server ends, as the action does. */
  public ends(host: string, end: string): this {
    mkdirSync(join(this.folder, "certificate-ends"), { recursive: true });
    writeFileSync(join(this.folder, "certificate-ends", host), `${end}T00:00:00+00:00\n`);
    return this;
  }

  /** Ends a successful run, and returns the record. */
  public succeed(day: string, ...hosts: readonly string[]): unknown {
    execFileSync("python3", [
      "-c",
      SCRIPT,
      playbooksDirectory,
      this.state,
      this.folder,
      `${day}T00:00:00+00:00`,
      ...hosts,
    ]);
    return existsSync(this.file) ? JSON.parse(readFileSync(this.file, "utf8")) : undefined;
  }

  public damage(): this {
    writeFileSync(this.file, "{");
    return this;
  }
}

test("the first run is due 60 days before the first of its certificates ends", () => {
  const stack = new Stack().ends("app", "2027-03-31").ends("hub", "2027-12-31").ends("gone", "2027-01-01");
  expect(stack.succeed("2026-12-01", "app", "hub")).toEqual({ renewals: 0, due: "2027-01-30T00:00:00Z" });
});

test("a run before that time counts no renewal, and a run after it counts one", () => {
  const stack = new Stack().ends("app", "2027-03-31");
  stack.succeed("2026-12-01", "app");
  expect(stack.succeed("2027-01-29", "app")).toMatchObject({ renewals: 0 });
  stack.ends("app", "2028-01-30");
  expect(stack.succeed("2027-01-30", "app")).toEqual({ renewals: 1, due: "2027-12-01T00:00:00Z" });
  expect(stack.succeed("2027-02-01", "app")).toMatchObject({ renewals: 1 });
});

test("the former certificate of a component that needs none any more does not count", () => {
  const stack = new Stack().ends("app", "2027-12-31").ends("plain", "2027-01-01");
  expect(stack.succeed("2026-12-01", "app", "plain")).toEqual({ renewals: 0, due: "2027-11-01T00:00:00Z" });
  expect(new Stack().ends("plain", "2027-01-01").succeed("2026-12-01", "plain")).toBeUndefined();
});

test("a run without certificates has no record, and a damaged record is replaced", () => {
  expect(new Stack().succeed("2026-12-01", "app")).toBeUndefined();
  const stack = new Stack().ends("app", "2027-03-31");
  stack.succeed("2026-12-01", "app");
  expect(stack.damage().succeed("2026-12-01", "app")).toEqual({ renewals: 0, due: "2027-01-30T00:00:00Z" });
});
