import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot, sha256File } from "../../tools/common";
import {
  archiveName,
  buildSources,
  readManifest,
  sourceDirectory,
  sourceNames,
  sources,
  versionFlags,
} from "../../tools/source";
import { pack } from "../../tools/source/archive";
import { buildKey, thisPlatform } from "../../tools/source/go";

const folder = mkdtempSync(join(tmpdir(), "source-"));
const before = { ...process.env };
beforeEach(() => {
  process.env.CDKTF_MONITORING_CACHE = mkdtempSync(join(folder, "cache-"));
});
afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true });
});

describe("an archive", () => {
  const pack3 = async (name: string) => {
    const work = mkdtempSync(join(folder, "work-"));
    // Sizes around a block's end.
    const entries = [1024, 511, 0].map((size, index) => {
      const file = join(work, `file${index}`);
      writeFileSync(file, Buffer.alloc(size, "x"));
      return { name: `f${2 - index}`, file, executable: index === 0 };
    });
    const archive = join(work, name);
    return { archive, sha256: await pack(archive, "top-1.0.linux-amd64", entries, 1_000_000_000) };
  };

  test("is one that tar reads: sorted, owned by 0, with its modes and times", async () => {
    const { archive } = await pack3("a.tar.gz");
    const listing = execFileSync("tar", ["--numeric-owner", "-tvzf", archive], { env: { ...process.env, TZ: "UTC" } });
    const lines = listing
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ +/g, " "));
    expect(lines).toEqual([
      "drwxr-xr-x 0/0 0 2001-09-09 01:46 top-1.0.linux-amd64/",
      "-rw-r--r-- 0/0 0 2001-09-09 01:46 top-1.0.linux-amd64/f0",
      "-rw-r--r-- 0/0 511 2001-09-09 01:46 top-1.0.linux-amd64/f1",
      "-rwxr-xr-x 0/0 1024 2001-09-09 01:46 top-1.0.linux-amd64/f2",
    ]);
  });

  test("has the same bytes from the same files, and the digest that it says", async () => {
    const [one, two] = [await pack3("a.tar.gz"), await pack3("b.tar.gz")];
    expect(one.sha256).toBe(two.sha256);
    expect(await sha256File(one.archive)).toBe(one.sha256);
  });
});

describe("source builds", () => {
  const architecture = thisPlatform().architecture;
  const step = (name: string) => {
    const source = sources.find((candidate) => candidate.name === name);
    if (!source) {
      throw new Error(`no ${name}`);
    }
    return source;
  };
  const key = (name: string) => buildKey(step(name), { os: "linux", architecture });

  test("are known for all that playbooks install, in the version that they pin, or an older one", () => {
    const pins = JSON.parse(readFileSync(join(projectRoot, "playbooks", "artifacts.json"), "utf8")) as Record<
      string,
      { version: string }
    >;
    expect([...sourceNames].sort()).toEqual(Object.keys(pins).sort());
    const pinned = (name: string) => {
      const text = readFileSync(join(projectRoot, "tools", "source", name, "go.mod"), "utf8");
      return new RegExp(`github.com/prometheus/${name} v(\\S+)`).exec(text)?.[1];
    };
    expect(pinned("node_exporter")).toBe(pins.node_exporter?.version);
    // As a Go module, Prometheus 3.15.0 is v0.315.0.
    const [major = "", minor = "", patch = ""] = (pins.prometheus?.version ?? "").split(".");
    expect(pinned("prometheus")).toBe(`0.${major}${minor.padStart(2, "0")}.${patch}`);
    // The newest module of Alertmanager that compiles.
    expect(pinned("alertmanager")).toBe("0.31.1");
  });

  test("refuse a name that they don't know, and say which they know", async () => {
    await expect(buildSources(["grafana"], () => undefined)).rejects.toThrow(
      `"grafana" can't be built from source. Known: node_exporter, prometheus, alertmanager`,
    );
  });

  test("need no Go for what is there and intact; a damaged archive is not", async () => {
    const directory = sourceDirectory();
    const file = archiveName("node_exporter", "1.0.0", architecture);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, file), "archive");
    const sha256 = { [architecture]: (await sha256File(join(directory, file))) ?? "" };
    const inputs = key("node_exporter");
    writeFileSync(
      join(directory, "manifest.json"),
      JSON.stringify({ node_exporter: { version: "1.0.0", file, sha256, inputs } }),
    );
    const lines: string[] = [];
    const onlyPython = mkdtempSync(join(folder, "bin-"));
    const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"]).toString().trim();
    symlinkSync(python, join(onlyPython, "python3"));
    // Neither Go nor Python is looked for.
    process.env.PATH = "/nonexistent";
    expect(await buildSources(["node_exporter"], (line) => lines.push(line))).toBe(directory);
    expect(lines).toEqual(["node_exporter 1.0.0 (source): present"]);

    process.env.PATH = onlyPython;
    writeFileSync(join(directory, file), "other");
    await expect(buildSources(["node_exporter"], () => undefined)).rejects.toThrow(
      /no Go on this machine, and node_exporter is to be built from source: install Go 1\.26/,
    );
  });

  test("take a manifest that can't be read for none", () => {
    mkdirSync(sourceDirectory(), { recursive: true });
    writeFileSync(join(sourceDirectory(), "manifest.json"), "{");
    expect(readManifest(sourceDirectory())).toEqual({});
  });

  test("are keyed by what they are built from, and for which machine", () => {
    const keys = [
      key("prometheus"),
      key("node_exporter"),
      buildKey(step("prometheus"), { os: "linux", architecture: "riscv64" }),
      buildKey({ ...step("prometheus"), tags: [] }, { os: "linux", architecture }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("tell the truth about themselves", () => {
    const flags = versionFlags("example.org/m", "3.15.0", "v0.315.0", new Date("2026-09-25T07:25:38Z"));
    const prefix = "-X github.com/prometheus/common/version.";
    expect(flags).toEqual([
      `${prefix}Version=3.15.0`,
      `${prefix}Revision=example.org/m@v0.315.0`,
      `${prefix}Branch=source`,
      `${prefix}BuildUser=cdktf-monitoring`,
      `${prefix}BuildDate=20260925-07:25:38`,
    ]);
  });
});
