import { readFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../../lib/paths";
import { projectRoot } from "../../../tools/cli/project";
import { archives, baseImages, dashboards, pythonPackages } from "../../../tools/dev/sbom/components";

const text = (path: string): string => readFileSync(path, "utf8");
const json = (file: string): unknown => JSON.parse(text(join(playbooksDirectory, file)));

describe("the bill of materials", () => {
  const pins = json("artifacts.json") as Record<string, { version: string; license?: string }>;

  test("lists each release archive with its license, and each pinned digest", () => {
    const found = archives(pins);
    expect(found).toHaveLength(2 * Object.keys(pins).length);
    expect(found.filter(({ licenses }) => licenses === undefined)).toEqual([]);
    expect(found.find((each) => each["bom-ref"] === "prometheus@3.15.0/arm64")).toMatchObject({
      type: "application",
      hashes: [{ alg: "SHA-256", content: "f1f90ec08e849d494ca66c611470afc50192f0355f1a61c33f2cbde02d067823" }],
      licenses: [{ license: { id: "Apache-2.0" } }],
    });
    expect(found.find((each) => each["bom-ref"] === "loki@3.7.8/arm64")).not.toHaveProperty("hashes");
  });

  test("lists the dashboards and the base images with their digests", () => {
    expect(dashboards(json("dashboards.json") as Parameters<typeof dashboards>[0])).toMatchObject([
      { name: "grafana-dashboard-1860", version: "45", hashes: [{ alg: "SHA-256" }] },
    ]);
    const list = text(join(projectRoot, "constructs/servers/local/scripts/image/bases.txt"));
    expect(baseImages(list)).toMatchObject([
      { name: "debian", version: "12-slim", hashes: [{ alg: "SHA-256" }] },
      { name: "debian", version: "13-slim", hashes: [{ alg: "SHA-256" }] },
    ]);
    expect(() => baseImages("debian:12-slim")).toThrow('"debian:12-slim" is not a base image with a digest');
    expect(() => baseImages("# none\n")).toThrow("the list of base images is empty");
  });

  test("lists the Python packages of the lock with the digests of their wheels, and no others", () => {
    const installed = ["MarkupSafe", "pip"].map((name) => ({ "bom-ref": name, type: "library", name, version: "1" }));
    const other = "cd".repeat(32);
    const digest = "ab".repeat(32);
    const found = pythonPackages(
      installed,
      `markupsafe==1 ; python_version < "3.12" \\\n    --hash=sha256:${digest}\n    # via jinja2\nmarkupsafe==2 \\\n    --hash=sha256:${other}\n`,
    );
    expect(found).toMatchObject([
      {
        name: "MarkupSafe",
        externalReferences: [{ url: "https://pypi.org/project/markupsafe/1/", hashes: [{ content: digest }] }],
      },
    ]);
  });
});

test("the documentation of artifacts has the version and license of each archive", () => {
  const page = text(join(projectRoot, "docs/reference/artifacts.md"));
  const rows = [...page.matchAll(/^\| (\w+) \| (\d\S+) \| (\S+) \|/gm)].map((row) => row.slice(1));
  const pins = Object.entries(json("artifacts.json") as Record<string, { version: string; license?: string }>);
  expect(rows).toEqual(pins.map(([name, { version, license }]) => [name, version, license]));
});
