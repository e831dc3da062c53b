import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Architecture } from "../../lib/servers/architecture";
import { Artifacts } from "../../lib/artifacts";

describe("released artifacts", () => {
  test("are pinned by version and digest for each architecture", () => {
    const released = Artifacts.released();
    for (const name of ["prometheus", "node_exporter"]) {
      for (const architecture of [Architecture.AMD64, Architecture.ARM64]) {
        const request = released.request(name, architecture);
        expect(request).toMatchObject({
          version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
          file: `${name}-${request.version}.linux-${architecture}.tar.gz`,
          url: expect.stringMatching(/^https:\/\/github\.com\/prometheus\/.*\.tar\.gz$/) as string,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          channel: "release",
        });
      }
    }
  });

  test("of another version have no digest yet, but a place to ask for it", () => {
    expect(Artifacts.released().request("prometheus", Architecture.AMD64, "3.13.2")).toMatchObject({
      url: "https://github.com/prometheus/prometheus/releases/download/v3.13.2/prometheus-3.13.2.linux-amd64.tar.gz",
      checksums: "https://github.com/prometheus/prometheus/releases/download/v3.13.2/sha256sums.txt",
      sha256: null,
    });
  });

  test("of another Grafana are not called by the pinned one's build", () => {
    const released = Artifacts.released();
    expect(released.request("grafana", Architecture.ARM64).url).toBe(
      "https://dl.grafana.com/grafana/release/13.2.3/grafana_13.2.3_36482603486_linux_arm64.tar.gz",
    );
    const url = "https://dl.grafana.com/oss/release/grafana-12.4.0.linux-arm64.tar.gz";
    expect(released.request("grafana", Architecture.ARM64, "12.4.0")).toMatchObject({
      file: "grafana-12.4.0.linux-arm64.tar.gz",
      url,
      checksums: `${url}.sha256`,
      sha256: null,
    });
  });

  test("have known names only", () => {
    expect(() => Artifacts.released().request("promtheus", Architecture.AMD64)).toThrow(
      /^unknown artifact "promtheus": known are .*prometheus/,
    );
  });
});

test("a mirror is a URL, a directory is absolute", () => {
  expect(Artifacts.mirror("https://mirror.example/releases/").location).toBe("https://mirror.example/releases");
  expect(() => Artifacts.mirror("mirror.example")).toThrow(
    'an artifact mirror is an http(s) URL, got "mirror.example"',
  );
  expect(Artifacts.directory("archives").location).toBe(join(process.cwd(), "archives"));
});

describe("a dashboard on grafana.com", () => {
  test("is pinned where its digest is known", () => {
    expect(Artifacts.released().dashboard(1860, 45)).toEqual({
      name: "grafana-dashboard-1860",
      version: "45",
      architecture: "any",
      file: "grafana-dashboard-1860-45.json",
      url: "https://grafana.com/api/dashboards/1860/revisions/45/download",
      sha256: "184c6b7409f306da75525d7772f71945b10cea23ad16b5d78c4698ea0ea51986",
      channel: "release",
    });
  });

  test("is trusted the first time where it is not", () => {
    expect(Artifacts.released().dashboard(1860, 1)).toMatchObject({ sha256: null });
    expect(Artifacts.released().dashboard(2, 3)).not.toHaveProperty("checksums");
  });

  test("comes from a folder or a mirror where archives do", () => {
    expect(Artifacts.directory("/archives").dashboard(1860, 45)).toMatchObject({ channel: "directory" });
  });
});

describe("artifacts built from source", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "artifacts-"));
    const manifest = {
      prometheus: {
        version: "3.14.0",
        file: "prometheus-3.14.0.linux-amd64.tar.gz",
        sha256: { amd64: "ab".repeat(32) },
      },
    };
    writeFileSync(join(directory, "manifest.json"), JSON.stringify(manifest));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test("say so, and have versions and digests of their own", () => {
    const source = Artifacts.fromEnvironment({ CDKTF_MONITORING_SOURCE: directory });
    expect(source.request("prometheus", Architecture.AMD64)).toEqual({
      name: "prometheus",
      version: "3.14.0",
      architecture: "amd64",
      file: "prometheus-3.14.0.linux-amd64.tar.gz",
      sha256: "ab".repeat(32),
      channel: "source",
    });
    expect(source.location).toBe(directory);
  });

  test("have no dashboards among them: these come from where they are published", () => {
    expect(Artifacts.source(directory).dashboard(1860, 45)).toMatchObject({ channel: "release" });
  });

  test("are refused where they were not built", () => {
    const source = Artifacts.source(directory);
    expect(() => source.request("prometheus", Architecture.ARM64)).toThrow(
      /no source build of prometheus 3\.14\.0 for arm64 .* \(it has 3\.14\.0 for amd64\)/,
    );
    expect(() => source.request("prometheus", Architecture.AMD64, "3.15.0")).toThrow(
      "no source build of prometheus 3.15.0 for amd64",
    );
    expect(() => source.request("loki", Architecture.AMD64)).toThrow(
      /no source build of loki in .*: make one in a clone of the project, by npm run artifacts -- --source/,
    );
    expect(() => Artifacts.source(join(directory, "none"))).toThrow(/cannot read .*manifest\.json/);
  });
});

test("the environment decides, and an empty variable is none", () => {
  const environment = { CDKTF_MONITORING_SOURCE: "", CDKTF_MONITORING_DIRECTORY: "", CDKTF_MONITORING_MIRROR: "" };
  expect(Artifacts.fromEnvironment(environment).channel).toBe("release");
  expect(Artifacts.fromEnvironment({ ...environment, CDKTF_MONITORING_DIRECTORY: "/archives" }).channel).toBe(
    "directory",
  );
  expect(Artifacts.fromEnvironment({ ...environment, CDKTF_MONITORING_MIRROR: "http://mirror" }).channel).toBe(
    "mirror",
  );
});
