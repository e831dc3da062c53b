import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Architecture } from "../../../lib/servers/architecture";
import { Artifacts } from "../../../lib/artifacts";
import { fetchArtifacts, parseArchitectures, requests } from "../../../tools/local/artifacts";
import { projectRoot, UserError } from "../../../tools/cli/common";
import { sourceNames } from "../../../tools/local/source";

describe("architectures", () => {
  test("are read from a list", () => {
    expect(parseArchitectures("amd64, arm64")).toEqual([Architecture.AMD64, Architecture.ARM64]);
  });

  test.each(["", "x86_64", "amd64,"])('"%s" is refused with the known ones', (list) => {
    expect(() => parseArchitectures(list)).toThrow(UserError);
    expect(() => parseArchitectures(list)).toThrow("known are amd64, arm64");
  });
});

describe("what the fetcher is asked for", () => {
  test("is every program for every architecture, pinned where its digest is known", () => {
    const asked = requests(Artifacts.released(), [Architecture.AMD64, Architecture.ARM64]);
    expect(asked).toHaveLength(14);
    for (const request of asked) {
      expect(request).toMatchObject({ channel: "release", checksums: expect.stringMatching(/^https:/) as string });
      expect(request).not.toHaveProperty("location");
    }
    expect(asked).toContainEqual(
      expect.objectContaining({ name: "loki", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }),
    );
  });

  test("is of source builds only what was built", () => {
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

  test("names the folder or the mirror", () => {
    const asked = requests(Artifacts.directory("/archives"), [Architecture.AMD64]);
    expect(asked[0]).toMatchObject({ channel: "directory", location: "/archives" });
  });
});

describe("fetching", () => {
  const folder = mkdtempSync(join(tmpdir(), "artifacts-"));
  const before = { ...process.env };
  beforeEach(() => {
    process.env.CDKTF_MONITORING_CACHE = folder;
  });
  afterAll(() => {
    process.env = before;
    rmSync(folder, { recursive: true });
  });

  test("from a folder that lacks an archive tells its name, once", async () => {
    const lines: string[] = [];
    const fetching = fetchArtifacts(Artifacts.directory("/nonexistent"), [Architecture.AMD64], (line) =>
      lines.push(line),
    );
    await expect(fetching).rejects.toThrow(/^error: .*\/nonexistent\/prometheus-.*linux-amd64\.tar\.gz/);
    expect(lines).toEqual([]);
  });

  test("names three other ways where the releases can't be reached", async () => {
    // A proxy that nobody answers at: no test goes to the internet.
    process.env.HTTPS_PROXY = process.env.https_proxy = "http://127.0.0.1:9";
    process.env.NO_PROXY = process.env.no_proxy = "";
    const fetching = fetchArtifacts(Artifacts.released(), [Architecture.AMD64], () => undefined);
    await expect(fetching).rejects.toThrow(
      /^github\.com can't be reached from here, .*CDKTF_MONITORING_DIRECTORY.*CDKTF_MONITORING_MIRROR.*--source$/s,
    );
  }, 30_000);
});

describe("npm run artifacts", () => {
  const tool = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "tools/local/artifacts.ts", ...args], {
      cwd: projectRoot,
      encoding: "utf8",
    });

  test("tells what it does", () => {
    const { status, stdout } = tool("--help");
    expect(status).toBe(0);
    expect(stdout).toContain("--source");
  }, 30_000);

  test("refuses an option that it doesn't know, without a stack trace", () => {
    const { status, stderr } = tool("--everything");
    expect(status).toBe(1);
    expect(stderr).toContain("--everything");
    expect(stderr).not.toContain("    at ");
  }, 30_000);
});
