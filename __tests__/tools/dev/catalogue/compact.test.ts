import fc from "fast-check";
import generated from "../../../../lib/metrics/catalogue.json";
import { expandedCatalogue, withAlternatives } from "../../../../lib/metrics/catalogue-entry";
import { compact, compactNames } from "../../../../tools/dev/catalogue/compact";

describe("compactNames", () => {
  it("writes all series of a histogram and of a summary as one name", () => {
    expect(compactNames(["a_bucket", "a_count", "a_sum", "b", "b_count", "b_sum", "c", "c_count"])).toEqual([
      "a(_bucket|_count|_sum)",
      "b(|_count|_sum)",
      "c",
      "c_count",
    ]);
  });

  it("keeps all names", () => {
    const name = fc.tuple(fc.constantFrom("a", "a_count", "b"), fc.constantFrom("", "_bucket", "_count", "_sum"));
    fc.assert(
      fc.property(fc.uniqueArray(name.map((parts) => parts.join(""))), (names) => {
        expect(withAlternatives(compactNames(names)).sort()).toEqual([...names].sort());
      }),
    );
  });
});

test("compact keeps all metrics of the catalogue", () => {
  const catalogue = expandedCatalogue(generated);
  expect(compact(catalogue)).toEqual(generated);
});
