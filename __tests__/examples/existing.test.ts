import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import { Synthesized } from "../support/synth";

const folder = mkdtempSync(join(tmpdir(), "example-existing-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("the example of existing servers synthesizes a hub and a server behind it", () => {
  execFileSync("npx", ["tsx", "examples/existing.ts"], {
    cwd: projectRoot,
    env: { ...process.env, CDKTF_OUTDIR: folder },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stack = Synthesized.of("existing", folder);
  expect(stack.inventory.all.hosts).toMatchObject({
    hub: { ansible_host: "203.0.113.10", ansible_user: "root", monitoring_ssh: { jump_host: null } },
    app: { ansible_host: "192.0.2.11", monitoring_ssh: { jump_host: "root@203.0.113.10" } },
  });
  const targets = JSON.stringify(stack.run("prometheus").hosts.hub?.prometheus_targets);
  expect(targets).toContain('"192.0.2.10:9100"');
  expect(targets).toContain('"192.0.2.11:9100"');
}, 60_000);
