import { Transport } from "../../../constructs";
import { synth } from "../../support/synth";
import { Hub } from "../../support/topology";

const warnings = (transport?: Transport): readonly string[] =>
  synth((stack) => {
    new Hub(stack, {}, { transport });
  }).warnings.filter((text) => text.includes("transport"));

test("a monitoring warns about a plain transport, and about no other one", () => {
  expect(warnings(Transport.plain())).toEqual([
    expect.stringMatching(/^test\/monitoring: transport: with Transport\.plain\(\), .* remove the setting/),
  ]);
  expect(warnings()).toEqual([]);
  expect(warnings(Transport.mutualTls())).toEqual([]);
  expect(warnings(Transport.mutualTls({ httpWebUis: true }))).toEqual([]);
});
