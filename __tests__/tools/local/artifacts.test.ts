import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Architecture } from "../../../lib/servers/architecture";
import { Artifacts } from "../../../lib/artifacts";
import { fetchArtifacts, parseArchitectures, requests } from "../../../tools/local/artifacts";
import { UserError } from "../../../tools/cli/user-error";
import { sourceNames } from "../../../tools/local/source";
import { runTool } from "../../support/tools";

describe("parseArchitectures", () => {
  it("parses a list", () => {
    expect(parseArchitectures("amd64, arm64")).toEqual([Architecture.AMD64, Architecture.ARM64]);
  });

  it.each(["", "x86_64", "amd64,"])('rejects "%s" and lists the known architectures', (list) => {
    expect(() => parseArchitectures(list)).toThrow(UserError);
    expect(() => parseArchitectures(list)).toThrow("use amd64 or arm64");
  });
});

describe("requests", () => {
  it("requests every program for every architecture, with its pinned digest", () => {
    const asked = requests(Artifacts.released(), [Architecture.AMD64, Architecture.ARM64]);
    expect(asked).toHaveLength(16);
    for (const request of asked) {
      expect(request).toMatchObject({ channel: "release", checksums: expect.stringMatching(/^https:/) as string });
      expect(request).not.toHaveProperty("location");
    }
    expect(asked).toContainEqual(
      expect.objectContaining({ name: "loki", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }),
    );
  });

  it("requests only the source builds that exist", () => {
    const folder = mkdtempSync(join(tmpdir(), "built-"));
    const names = sourceNames.slice(0, 2);
    const built = Object.fromEntries(
      names.map((name) => [name, { version: "1.0.0", file: name, sha256: { amd64: "0".repeat(64) } }]),
    );
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(built));
    const asked = requests(Artifacts.source(folder), [Architecture.AMD64]) as { name: string }[];
    expect(asked.map(({ name }) => name).sort()).toEqual([...names].sort());
    rmSync(folder, { recursive: true });
  });

  it("names the folder or the mirror", () => {
    const asked = requests(Artifacts.directory("/archives"), [Architecture.AMD64]);
    expect(asked[0]).toMatchObject({ channel: "directory", location: "/archives" });
  });
});

describe("fetchArtifacts", () => {
  const folder = mkdtempSync(join(tmpdir(), "artifacts-"));
  const before = { ...process.env };
  beforeEach(() => {
    process.env.CDKTF_MONITORING_CACHE = folder;
  });
  afterAll(() => {
    process.env = before;
    rmSync(folder, { recursive: true });
  });

  it("names an archive that a folder does not contain, without logging it", async () => {
    const lines: string[] = [];
    const fetching = fetchArtifacts(Artifacts.directory("/nonexistent"), [Architecture.AMD64], (line) =>
      lines.push(line),
    );
    await expect(fetching).rejects.toThrow(/^error: .*\/nonexistent\/prometheus-.*linux-amd64\.tar\.gz/);
    expect(lines).toEqual([]);
  });

  it("lists three alternatives if the release sites are unreachable", async () => {
    // A proxy that does not exist, because tests must not use the internet.
    process.env.HTTPS_PROXY = process.env.https_proxy = "http://127.0.0.1:9";
    process.env.NO_PROXY = process.env.no_proxy = "";
    const fetching = fetchArtifacts(Artifacts.released(), [Architecture.AMD64], () => undefined);
    await expect(fetching).rejects.toThrow(
      /^github\.com is unreachable .*CDKTF_MONITORING_DIRECTORY.*CDKTF_MONITORING_MIRROR.*--source$/s,
    );
  }, 30_000);
});

describe("npm run artifacts", () => {
  it("rejects an unknown option without a stack trace", () => {
    const { status, stderr } = runTool("local/artifacts.ts", ["--everything"]);
    expect(status).toBe(1);
    expect(stderr).toContain("--everything");
    expect(stderr).not.toContain("    at ");
  }, 30_000);
});
