import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../tools/cli/project";
import { sha256File } from "../../../tools/local/files";
import {
  archiveName,
  buildSources,
  readManifest,
  sourceDirectory,
  sourceNames,
  sources,
} from "../../../tools/local/source";
import { pack } from "../../../tools/local/source/archive";
import { contents } from "../../../tools/local/source/contents";
import { build, buildKey, thisPlatform } from "../../../tools/local/source/go";
import { moduleVersion, stampFlags } from "../../../tools/local/source/version";

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

  test("holds names as long as tar can have them", async () => {
    const work = mkdtempSync(join(folder, "work-"));
    const file = join(work, "file");
    writeFileSync(file, "x");
    const name = ["a".repeat(70), "b".repeat(70), "c".repeat(90)].join("/");
    const archive = join(work, "long.tar.gz");
    const entry = (wanted: string) => [{ name: wanted, file, executable: false }];
    await pack(archive, "top", entry(name), 0);
    expect(execFileSync("tar", ["-tzf", archive]).toString()).toBe(`top/\ntop/${name}\n`);
    await expect(pack(archive, "top", entry("d".repeat(101)), 0)).rejects.toThrow("name too long for a tar header");
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
    // Alloy needs a module that is nowhere to be had.
    expect([...sourceNames, "alloy"].sort()).toEqual(Object.keys(pins).sort());
    const pinned = (name: string) => {
      const text = readFileSync(join(projectRoot, "tools", "local", "source", name, "go.mod"), "utf8");
      const module = step(name).module.replaceAll(".", "[.]");
      return new RegExp(`${module} v(\\S+)`).exec(text)?.[1];
    };
    expect(pinned("node_exporter")).toBe(pins.node_exporter?.version);
    // As a Go module, Prometheus 3.15.0 is v0.315.0.
    const [major = "", minor = "", patch = ""] = (pins.prometheus?.version ?? "").split(".");
    expect(pinned("prometheus")).toBe(`0.${major}${minor.padStart(2, "0")}.${patch}`);
    // The newest module of Alertmanager that compiles.
    expect(pinned("alertmanager")).toBe("0.31.1");
    expect(pinned("loki")).toBe(pins.loki?.version);
    // The newest module that holds Promtail.
    expect(pinned("promtail")).toBe("3.6.4");
  });

  test("refuse a name that they don't know, and say which they know", async () => {
    await expect(buildSources(["thanos"], () => undefined)).rejects.toThrow(
      `"thanos" can't be built from source. Known: node_exporter, prometheus, alertmanager, grafana, loki, promtail`,
    );
  });

  test("need no Go for what is there and intact; a damaged archive is not", async () => {
    const directory = sourceDirectory();
    const file = archiveName({ name: "node_exporter" }, "1.0.0", architecture);
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

  test("are zips of the bare program where upstream's are, under a name that bears no version", () => {
    expect(archiveName(step("loki"), "3.7.8", "arm64")).toBe("loki-linux-arm64.zip");
    expect(archiveName(step("prometheus"), "3.15.0", "arm64")).toBe("prometheus-3.15.0.linux-arm64.tar.gz");
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
    const module = { directory: "", version: "v0.315.0", time: new Date("2026-09-25T07:25:38Z") };
    const prefix = "-X github.com/prometheus/common/version.";
    expect(stampFlags("example.org/m", "3.15.0", module)).toEqual([
      `${prefix}Version=3.15.0`,
      `${prefix}Revision=example.org/m@v0.315.0`,
      `${prefix}Branch=source`,
      `${prefix}BuildUser=cdktf-monitoring`,
      `${prefix}BuildDate=20260925-07:25:38`,
    ]);
    expect(stampFlags("github.com/grafana/grafana", "10.0.0", module)).toEqual([
      "-X main.version=10.0.0",
      "-X main.commit=github.com/grafana/grafana@v0.315.0",
      "-X main.buildBranch=source",
      "-X main.buildstamp=1790321138",
    ]);
    expect(stampFlags("github.com/grafana/loki/v3", "3.7.8", module)[0]).toBe(
      "-X github.com/grafana/loki/v3/pkg/util/build.Version=3.7.8",
    );
  });

  test("are of the version that their module says, of its own one, or of a day before the next one", () => {
    const directory = mkdtempSync(join(folder, "module-"));
    const version = () => moduleVersion({ directory, version: "v0.0.1", time: new Date("2023-06-09T16:45:53Z") });
    expect(version()).toBe("0.0.1");
    writeFileSync(join(directory, "package.json"), '{ "version": "10.0.0-preview" }');
    expect(version()).toBe("10.0.0-preview.20230609");
    writeFileSync(join(directory, "VERSION"), "3.15.0\n");
    expect(version()).toBe("3.15.0");
  });

  test("are packed as upstream does: flat, or with the module's folders where a program needs them", () => {
    const module = mkdtempSync(join(folder, "module-"));
    mkdirSync(join(module, "public/app/panel/__mocks__"), { recursive: true });
    const files = [
      "LICENSE",
      "public/app/panel/plugin.json",
      "public/app/panel/module.tsx",
      "public/app/panel/__mocks__/a.json",
    ];
    for (const file of files) {
      writeFileSync(join(module, file), "");
    }
    const source = { name: "m", module: "example.org/m", packages: ["pkg/cmd/server"], tags: [] };
    const names = (tree: boolean, wanted: string[]) =>
      contents({ ...source, tree, files: wanted }, "/programs", module).map(
        ({ name, executable }) => `${name} ${executable}`,
      );
    expect(names(true, ["LICENSE", "public"])).toEqual([
      "bin/server true",
      "LICENSE false",
      "public/app/panel/plugin.json false",
    ]);
    expect(names(false, ["public/app/panel/plugin.json"])).toEqual(["server true", "plugin.json false"]);
  });

  test("that hold C are made for the system that builds them only", async () => {
    process.env.PATH = before.PATH;
    const grafana = { ...step("grafana"), cgo: true };
    const target = { directory: folder, platform: { os: "plan9", architecture: "amd64" }, linkerFlags: [] };
    await expect(build(grafana, target, () => undefined)).rejects.toThrow(
      /grafana holds C, and can be built from source on plan9 only/,
    );
  });
});
