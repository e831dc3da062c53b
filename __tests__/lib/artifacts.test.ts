import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Architecture } from "../../lib/servers/architecture";
import { Artifacts } from "../../lib/artifacts";

describe("Artifacts.released", () => {
  test("pins the version and the digest of each architecture", () => {
    const released = Artifacts.released();
    for (const name of ["prometheus", "node_exporter"]) {
      for (const architecture of [Architecture.AMD64, Architecture.ARM64]) {
        const request = released._request(name, architecture);
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

  test("has the list of digests, but no digest, for another version", () => {
    expect(Artifacts.released()._request("prometheus", Architecture.AMD64, "3.13.2")).toMatchObject({
      url: "https://github.com/prometheus/prometheus/releases/download/v3.13.2/prometheus-3.13.2.linux-amd64.tar.gz",
      checksums: "https://github.com/prometheus/prometheus/releases/download/v3.13.2/sha256sums.txt",
      sha256: null,
    });
  });

  test("leaves the build number of the pinned Grafana out of the name of another version", () => {
    const released = Artifacts.released();
    expect(released._request("grafana", Architecture.ARM64).url).toBe(
      "https://dl.grafana.com/grafana/release/13.2.3/grafana_13.2.3_36482603486_linux_arm64.tar.gz",
    );
    const url = "https://dl.grafana.com/oss/release/grafana-12.4.0.linux-arm64.tar.gz";
    expect(released._request("grafana", Architecture.ARM64, "12.4.0")).toMatchObject({
      file: "grafana-12.4.0.linux-arm64.tar.gz",
      url,
      checksums: `${url}.sha256`,
      sha256: null,
    });
  });

  test.each([
    ["v3.1.0", 'use "3.1.0"'],
    [" 3.1.0", 'use "3.1.0"'],
    ["latest", 'use three numbers without "v", such as "3.1.0"'],
    ["3", 'use three numbers without "v", such as "3.1.0"'],
    ["3.1", 'use three numbers without "v", such as "3.1.0"'],
    ["", 'use three numbers without "v", such as "3.1.0"'],
    ["3.1.0/../x", 'use three numbers without "v", such as "3.1.0"'],
  ])("rejects the version %j", (version, remedy) => {
    expect(() => Artifacts.released()._request("prometheus", Architecture.AMD64, version)).toThrow(
      `version "${version}" is not the number of a release: ${remedy}`,
    );
  });

  test.each(["3.1.0", "3.1.0-rc.0", "12.3.0+security-01"])("accepts the version %s", (version) => {
    expect(Artifacts.released()._request("prometheus", Architecture.AMD64, version).version).toBe(version);
  });

  test("rejects an unknown name", () => {
    expect(() => Artifacts.released()._request("promtheus", Architecture.AMD64)).toThrow(
      /^unknown artifact "promtheus": use one of .*prometheus/,
    );
  });
});

test("Artifacts.mirror takes a URL, Artifacts.directory a path", () => {
  expect(Artifacts.mirror("https://mirror.example/releases/")._location).toBe("https://mirror.example/releases");
  expect(() => Artifacts.mirror("mirror.example")).toThrow(
    'Artifacts.mirror: "mirror.example" is not an http or https URL: use one such as',
  );
  expect(Artifacts.directory("archives")._location).toBe(join(process.cwd(), "archives"));
});

describe("a dashboard on grafana.com", () => {
  test("has the pinned digest of a known revision", () => {
    expect(Artifacts.released()._dashboard(1860, 45)).toEqual({
      name: "grafana-dashboard-1860",
      version: "45",
      architecture: "any",
      file: "grafana-dashboard-1860-45.json",
      url: "https://grafana.com/api/dashboards/1860/revisions/45/download",
      sha256: "184c6b7409f306da75525d7772f71945b10cea23ad16b5d78c4698ea0ea51986",
      channel: "release",
    });
  });

  test("has no digest for an unknown revision", () => {
    expect(Artifacts.released()._dashboard(1860, 1)).toMatchObject({ sha256: null });
    expect(Artifacts.released()._dashboard(2, 3)).not.toHaveProperty("checksums");
  });

  test("comes from the same folder as the archives", () => {
    expect(Artifacts.directory("/archives")._dashboard(1860, 45)).toMatchObject({ channel: "directory" });
  });
});

describe("Artifacts.source", () => {
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

  test("has the versions and digests of the manifest", () => {
    const source = Artifacts.fromEnvironment({ CDKTF_MONITORING_SOURCE: directory });
    expect(source._request("prometheus", Architecture.AMD64)).toEqual({
      name: "prometheus",
      version: "3.14.0",
      architecture: "amd64",
      file: "prometheus-3.14.0.linux-amd64.tar.gz",
      sha256: "ab".repeat(32),
      channel: "source",
    });
    expect(source._location).toBe(directory);
  });

  test("fetches dashboards from grafana.com", () => {
    expect(Artifacts.source(directory)._dashboard(1860, 45)).toMatchObject({ channel: "release" });
  });

  test("rejects an archive that was not built", () => {
    const source = Artifacts.source(directory);
    expect(() => source._request("prometheus", Architecture.ARM64)).toThrow(
      /no source build of prometheus 3\.14\.0 for arm64 in .*, which has 3\.14\.0 for amd64: /,
    );
    expect(() => source._request("prometheus", Architecture.AMD64, "3.15.0")).toThrow(
      "no source build of prometheus 3.15.0 for amd64",
    );
    expect(() => source._request("loki", Architecture.AMD64)).toThrow(
      /no source build of loki in .*: run "npm run artifacts -- --source" in a clone of cdktf-monitoring/,
    );
    expect(() => Artifacts.source(join(directory, "none"))).toThrow(/cannot read .*manifest\.json/);
  });
});

test("Artifacts.fromEnvironment reads the environment and ignores empty variables", () => {
  const environment = { CDKTF_MONITORING_SOURCE: "", CDKTF_MONITORING_DIRECTORY: "", CDKTF_MONITORING_MIRROR: "" };
  expect(Artifacts.fromEnvironment(environment)._channel).toBe("release");
  expect(Artifacts.fromEnvironment({ ...environment, CDKTF_MONITORING_DIRECTORY: "/archives" })._channel).toBe(
    "directory",
  );
  expect(Artifacts.fromEnvironment({ ...environment, CDKTF_MONITORING_MIRROR: "http://mirror" })._channel).toBe(
    "mirror",
  );
});
