import { leftovers, renamed } from "../../../../tools/dev/cdktn/renames";
import { cdktnManifest } from "../../../../tools/dev/cdktn/manifest";
import { NODE, NULL_WHEEL, PEERS, VERSIONS } from "../../../../tools/dev/cdktn/versions";
import { satisfies } from "semver";

describe("renamed", () => {
  it.each([
    ['import { App } from "cdktf";', 'import { App } from "cdktn";'],
    ['const cdktf_1 = require("cdktf");', 'const cdktf_1 = require("cdktn");'],
    [
      'import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";',
      'import { addCustomSynthesis } from "cdktn/lib/synthesize/synthesizer";',
    ],
    ['readonly app: import("cdktf").App;', 'readonly app: import("cdktn").App;'],
    ['require("@cdktf/provider-null/lib/resource")', 'require("@cdktn/provider-null/lib/resource")'],
    [' * import { Loki } from "cdktf-monitoring";', ' * import { Loki } from "cdktn-monitoring";'],
  ])("replaces an import in code: %s", (before, after) => {
    expect(renamed("dist/constructs/index.js", before)).toBe(after);
  });

  it.each([
    'readFileSync(join(projectRoot, "cdktf.json"))',
    'const TAG = "cdktf-monitoring";',
    'Symbol.for("cdktf-monitoring.member")',
    "CDKTF_OUTDIR: folder",
    '"# Written by cdktf-monitoring: the next deploy overwrites what is changed here."',
  ])("keeps other names in code: %s", (line) => {
    expect(renamed("dist/lib/names.js", line)).toBe(line);
  });

  it("replaces commands in pages for users", () => {
    expect(renamed("docs/guides/own-project.md", "npm install ./cdktf-monitoring-0.1.0.tgz cdktf constructs")).toBe(
      "npm install ./cdktn-monitoring-0.1.0.tgz cdktn constructs@10.7",
    );
    expect(renamed("docs/guides/own-project.md", 'eval "$(npx cdktf-monitoring env)" && npx cdktf deploy')).toBe(
      'eval "$(npx cdktn-monitoring env)" && npx cdktn deploy',
    );
  });

  it.each(["docs/runbooks/CertificateExpiring.md", "playbooks/controller/ansible.py", "playbooks/README.md"])(
    "does not change %s, of which deployed stacks contain a hash",
    (file) => {
      expect(renamed(file, "npx cdktf-monitoring rotate && npx cdktf deploy")).toContain("npx cdktf-monitoring rotate");
    },
  );
});

describe("leftovers", () => {
  it.each([
    ["dist/constructs/index.js", 'const framework = require( "cdktf");'],
    ["dist/constructs/index.d.ts", 'readonly app: import("cdktf/lib/app").App;'],
    ["docs/guides/aws.md", "npm install @cdktf/provider-aws@19"],
    ["README.md", "Run `npx cdktf watch`."],
  ])("finds a name of cdktf in %s", (file, line) => {
    expect(leftovers(file, `first\n${line}`)).toEqual([`${file}:2: ${line}`]);
  });

  it("ignores paths and variables with the name", () => {
    expect(leftovers("docs/operations.md", "`cdktf.out`, `/etc/cdktf-monitoring`, `CDKTF_OUTDIR`")).toEqual([]);
  });
});

describe("the package.json of cdktn-monitoring", () => {
  it("has both names of the program, and names cdktf nowhere else", () => {
    const { bin, ...others } = cdktnManifest();
    expect(Object.keys(bin)).toEqual(["cdktn-monitoring", "cdktf-monitoring"]);
    expect(JSON.stringify(others)).not.toMatch(/cdktf/i);
  });

  it("accepts the tested versions", () => {
    const { "@cdktn/provider-null": bindings, ...peers } = PEERS;
    expect(satisfies(NULL_WHEEL.version, bindings)).toBe(true);
    for (const [name, range] of Object.entries(peers))
      expect([name, satisfies(VERSIONS[name as keyof typeof VERSIONS], range)]).toEqual([name, true]);
    expect(satisfies("22.19.0", NODE)).toBe(true);
  });
});
