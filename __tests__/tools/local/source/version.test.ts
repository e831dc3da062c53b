import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleVersion, stampFlags } from "../../../../tools/local/source/version";

describe("moduleVersion", () => {
  it("prefers the file VERSION, then package.json with the date, then the version of the module", () => {
    const directory = mkdtempSync(join(tmpdir(), "module-"));
    const version = () => moduleVersion({ directory, version: "v0.0.1", time: new Date("2023-06-09T16:45:53Z") });
    expect(version()).toBe("0.0.1");
    writeFileSync(join(directory, "package.json"), '{ "version": "10.0.0-preview" }');
    expect(version()).toBe("10.0.0-preview.20230609");
    writeFileSync(join(directory, "VERSION"), "3.15.0\n");
    expect(version()).toBe("3.15.0");
    rmSync(directory, { recursive: true });
  });
});

describe("stampFlags", () => {
  it("contains the version and the module, and names this project as the builder", () => {
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
});
