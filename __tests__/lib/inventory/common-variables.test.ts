import fc from "fast-check";
import { shareVariables } from "../../../lib/inventory/common-variables";
import { Variables } from "../../../lib/inventory/variables";

const variables: fc.Arbitrary<Variables> = fc.record(
  { a: fc.constantFrom(1, 1, 1, 2), b: fc.constantFrom("x", "y"), c: fc.constant([1, { d: null }]) },
  { requiredKeys: ["a"] },
);

test("shareVariables keeps the variables of every host", () => {
  fc.assert(
    fc.property(fc.array(variables, { maxLength: 9 }), (all) => {
      const hosts = new Map(all.map((each, index) => [`s${index}`, each]));
      const shared = shareVariables(hosts);
      const together = [...shared.hosts].map(([host, own]) => [host, { ...shared.common, ...own }] as const);
      expect(new Map(together)).toEqual(hosts);
    }),
  );
});

test("shareVariables moves a value of most hosts to the group, unless there are fewer than three hosts", () => {
  const fleet = (size: number): Map<string, Variables> =>
    new Map(Array.from({ length: size }, (_, index) => [`s${index}`, { port: index === 0 ? 9200 : 9100 }]));
  expect(shareVariables(fleet(3))).toEqual({
    common: { port: 9100 },
    hosts: new Map([
      ["s0", { port: 9200 }],
      ["s1", {}],
      ["s2", {}],
    ]),
  });
  expect(shareVariables(fleet(2))).toEqual({ common: {}, hosts: fleet(2) });
});
