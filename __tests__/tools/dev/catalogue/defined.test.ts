import type { CatalogueEntry } from "../../../../lib/metrics/catalogue-entry";
import { updated, type Defined } from "../../../../tools/dev/catalogue/defined";

const MODULE = "example.com/app";

/** Sources of version 2, the release, and of version 1, which was observed. */
function defined(release: readonly string[], observed: readonly string[], collector?: string): Defined {
  const sources = (names: readonly string[]) => ({
    module: MODULE,
    prefixes: [],
    definitions: names.map((name) => ({ name, package: `${MODULE}/pkg`, ...(collector ? { collector } : {}) })),
  });
  return { version: "2", release: sources(release), observed: sources(observed) };
}

const observation: CatalogueEntry = { version: "1", observedVersion: "1", observed: ["app_gone", "app_stays"] };

describe("updated", () => {
  it("marks metrics that only one of both versions has", () => {
    const sources = defined(["app_new", "app_rare", "app_stays"], ["app_gone", "app_rare", "app_stays"]);
    expect(updated(undefined, observation, sources)).toEqual({
      version: "2",
      observedVersion: "1",
      observed: ["app_stays"],
      possible: ["app_rare"],
      added: ["app_new"],
      removed: ["app_gone"],
    });
  });

  it("keeps observed metrics that no sources define, such as those of the Go runtime", () => {
    const entry = updated(
      undefined,
      { ...observation, observed: ["app_a", "go_threads"] },
      defined(["app_a"], ["app_a"]),
    );
    expect(entry?.observed).toEqual(["app_a", "go_threads"]);
  });

  it("keeps a metric whose name a pattern of the release contains", () => {
    const sources = defined(["app_*"], ["app_gone", "app_*"]);
    expect(updated(undefined, { ...observation, collectors: {} }, sources)).toMatchObject({
      observed: ["app_gone", "app_stays"],
      patterns: ["app_*"],
    });
  });

  it("replaces previous possible metrics, because the sources are read anew", () => {
    const before = { ...observation, possible: ["app_mistake"] };
    expect(updated(before, observation, defined(["app_rare"], ["app_rare"]))?.possible).toEqual(["app_rare"]);
  });

  it("keeps what another machine observed", () => {
    const before = { ...observation, observed: ["app_other"] };
    expect(updated(before, observation, defined([], []))?.observed).toEqual(["app_gone", "app_other", "app_stays"]);
  });

  it("lists metrics of collectors and patterns by collector, without those of the collector's options", () => {
    const collectors = {
      fan: { byDefault: true, observed: ["app_fan_rpm"] },
      "fan.slow": { byDefault: false, observed: ["app_fan_slow"] },
    };
    const names = ["app_fan_rpm", "app_fan_slow", "app_fan_max_rpm", "app_fan_*", "app_fan_*_volts"];
    const entry = updated(undefined, { ...observation, collectors }, defined(names, names, "fan"));
    expect(entry?.collectors).toEqual({
      fan: { byDefault: true, observed: ["app_fan_rpm"], possible: ["app_fan_max_rpm"], patterns: ["app_fan_*"] },
      "fan.slow": { byDefault: false, observed: ["app_fan_slow"] },
    });
  });

  it("keeps the previous entry if the sources are unavailable", () => {
    const before = { ...observation, version: "2", observed: ["app_stays"], removed: ["app_gone"] };
    expect(updated(before, observation, undefined)).toBe(before);
    expect(updated(undefined, observation, undefined)).toEqual(observation);
  });

  it("updates the previous entry from the sources if the program did not run", () => {
    const before = { ...observation, observed: ["app_stays"] };
    expect(updated(before, undefined, defined(["app_rare"], ["app_rare"]))).toEqual({
      version: "2",
      observedVersion: "1",
      observed: ["app_stays"],
      possible: ["app_rare"],
    });
  });
});
