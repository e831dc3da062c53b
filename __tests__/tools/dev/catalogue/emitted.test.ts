import { emittedDefinitions } from "../../../../tools/dev/catalogue/emitted";

const MODULE = "example.com/app";
const own = `${MODULE}/queue`;
const library = "example.com/library";

/** The names of the emitted metrics. */
function emitted(
  names: Readonly<Record<string, readonly string[]>>,
  observed: readonly string[],
  prefixes: readonly string[] = [],
): string[] {
  const definitions = Object.entries(names).flatMap(([path, each]) => each.map((name) => ({ name, package: path })));
  const added = prefixes.map((prefix) => ({ prefix, package: own }));
  return emittedDefinitions({ module: MODULE, definitions, prefixes: added }, new Set(observed)).map(
    ({ name }) => name,
  );
}

describe("emittedDefinitions", () => {
  it("contains all metrics of the program's own module", () => {
    expect(emitted({ [own]: ["app_a", "app_b"] }, ["app_c"])).toEqual(["app_a", "app_b"]);
  });

  it("contains a library of which a metric was observed", () => {
    const names = { [library]: ["net_a", "net_b"] };
    expect(emitted(names, ["net_a"])).toEqual(["net_a", "net_b"]);
    expect(emitted(names, ["app_a", "net_c"])).toEqual([]);
  });

  it("leaves out names in a namespace that was never observed", () => {
    expect(emitted({ [own]: ["app_a", "writes_total"] }, ["app_b"])).toEqual(["app_a"]);
  });

  it("adds the prefixes with which a package's metrics were observed", () => {
    const names = { [own]: ["writes_total", "pages_total", "app_log_errors_total"] };
    expect(emitted(names, ["app_log_writes_total"], ["app_log_", "app_other_"])).toEqual([
      "app_log_writes_total",
      "app_other_writes_total",
      "app_log_pages_total",
      "app_other_pages_total",
      "app_log_errors_total",
    ]);
  });

  it("adds no prefix of another package without an observed metric", () => {
    const names = { [library]: ["app_a"] };
    expect(emitted(names, ["app_a"], ["app_log_"])).toEqual(["app_a"]);
  });
});
