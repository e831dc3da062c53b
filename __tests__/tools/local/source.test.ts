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
import { build, buildKey, thisPlatform } from "../../../tools/local/source/go";

const folder = mkdtempSync(join(tmpdir(), "source-"));
const before = { ...process.env };
beforeEach(() => {
  process.env.CDKTF_MONITORING_CACHE = mkdtempSync(join(folder, "cache-"));
});
afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true });
});

describe("source builds", () => {
  const architecture = thisPlatform().architecture;
  const sourceOf = (name: string) => {
    const source = sources.find((candidate) => candidate.name === name);
    if (!source) {
      throw new Error(`unknown source ${name}`);
    }
    return source;
  };
  const key = (name: string) => buildKey(sourceOf(name), { os: "linux", architecture });

  it.each([
    ["grafana", "AGPL-3.0-only"],
    ["caddy", "Apache-2.0"],
  ])("name the license of %s before they start", async (name, license) => {
    const programs = mkdtempSync(join(folder, "broken-go-"));
    writeFileSync(join(programs, "go"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    process.env.PATH = `${programs}:${before.PATH ?? ""}`;
    const lines: string[] = [];
    try {
      await expect(buildSources([name], (line) => lines.push(line))).rejects.toThrow();
    } finally {
      process.env.PATH = before.PATH;
    }
    expect(lines).toEqual([
      `${name}: begins to build from source, under the license ${license} (docs/reference/licenses.md)`,
    ]);
  });

  it("exist for all artifacts except Alloy, in the pinned version or an older one", () => {
    const pins = JSON.parse(readFileSync(join(projectRoot, "playbooks", "artifacts.json"), "utf8")) as Record<
      string,
      { version: string }
    >;
    // Alloy depends on a module that is not published.
    expect([...sourceNames, "alloy"].sort()).toEqual(Object.keys(pins).sort());
    const pinned = (name: string) => {
      const text = readFileSync(join(projectRoot, "tools", "local", "source", name, "go.mod"), "utf8");
      const module = sourceOf(name).module.replaceAll(".", "[.]");
      return new RegExp(`${module} v(\\S+)`).exec(text)?.[1];
    };
    expect(pinned("node_exporter")).toBe(pins.node_exporter?.version);
    // As a Go module, Prometheus 3.15.0 is v0.315.0.
    const [major = "", minor = "", patch = ""] = (pins.prometheus?.version ?? "").split(".");
    expect(pinned("prometheus")).toBe(`0.${major}${minor.padStart(2, "0")}.${patch}`);
    // The newest module of Alertmanager that compiles.
    expect(pinned("alertmanager")).toBe("0.31.1");
    expect(pinned("loki")).toBe(pins.loki?.version);
    expect(pinned("caddy")).toBe(pins.caddy?.version);
    // The newest module that contains Promtail.
    expect(pinned("promtail")).toBe("3.6.4");
  });

  it("reject an unknown name and list the known ones", async () => {
    await expect(buildSources(["thanos"], () => undefined)).rejects.toThrow(
      `unknown program "thanos": use node_exporter, prometheus, alertmanager, grafana, loki, promtail, caddy`,
    );
  });

  it("keep intact archives without Go, and build damaged ones again", async () => {
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
    // Intact archives need neither Go nor Python.
    process.env.PATH = "/nonexistent";
    expect(await buildSources(["node_exporter"], (line) => lines.push(line))).toBe(directory);
    expect(lines).toEqual(["node_exporter 1.0.0 (source): present"]);

    process.env.PATH = onlyPython;
    writeFileSync(join(directory, file), "other");
    await expect(buildSources(["node_exporter"], () => undefined)).rejects.toThrow(
      /Go is missing, which the source build of node_exporter needs: install Go 1\.26/,
    );
  });

  it("are named as upstream names its archives", () => {
    expect(archiveName(sourceOf("loki"), "3.7.8", "arm64")).toBe("loki-linux-arm64.zip");
    expect(archiveName(sourceOf("caddy"), "2.11.7", "arm64")).toBe("caddy_2.11.7_linux_arm64.tar.gz");
    expect(archiveName(sourceOf("prometheus"), "3.15.0", "arm64")).toBe("prometheus-3.15.0.linux-arm64.tar.gz");
  });

  it("treat an invalid manifest as empty", () => {
    mkdirSync(sourceDirectory(), { recursive: true });
    writeFileSync(join(sourceDirectory(), "manifest.json"), "{");
    expect(readManifest(sourceDirectory())).toEqual({});
  });

  it("have keys that depend on the inputs and the platform", () => {
    const keys = [
      key("prometheus"),
      key("node_exporter"),
      buildKey(sourceOf("prometheus"), { os: "linux", architecture: "riscv64" }),
      buildKey({ ...sourceOf("prometheus"), tags: [] }, { os: "linux", architecture }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("with C code are built only for the system of this machine", async () => {
    process.env.PATH = before.PATH;
    const grafana = { ...sourceOf("grafana"), cgo: true };
    const target = { directory: folder, platform: { os: "plan9", architecture: "amd64" }, linkerFlags: [] };
    await expect(build(grafana, target, () => undefined)).rejects.toThrow(
      /grafana contains C code and can be built from source only on plan9/,
    );
  });
});
